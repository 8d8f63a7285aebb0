package org.pagestamp.conformance;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.pagestamp.mode.PagingMode;

/**
 * A family of cases of one mode, with expectations of its own: from rules that it states, or from
 * data that somebody else made, never from the walkers on trial.
 */
public interface CaseGroup {
  /** A word for reports and for {@code --only}. */
  String name();

  /** What the group tries, in one line. */
  String purpose();

  /** Whether there are cases for a mode; those of stage 2 alone are without paging. */
  boolean covers(PagingMode mode);

  /**
   * Whether the cases depend on the seed. The run repeats such a group with other seeds until each
   * mode has had its walks; other groups run once.
   */
  default boolean isRandom() {
    return false;
  }

  /**
   * Whether the group itself makes no more than its part of the cases, as {@link Trial#shard} says.
   * Of other groups the run gives each mode and subject to one of its shards.
   */
  default boolean isDivisible() {
    return false;
  }

  /**
   * Makes all cases of a mode, or, if they are random, as many as the trial asks for.
   *
   * @throws IOException if data of the group cannot be read
   */
  void run(PagingMode mode, Trial trial) throws IOException;

  /**
   * Makes the cases of several modes, one after another. A group whose data is not ordered by mode
   * reads it once instead.
   *
   * @param modes those asked for, covered or not
   * @param trials the trial of each mode
   * @throws IOException if data of the group cannot be read
   */
  default void runAll(List<PagingMode> modes, Function<PagingMode, Trial> trials)
      throws IOException {
    for (PagingMode mode : modes) {
      if (covers(mode)) {
        run(mode, trials.apply(mode));
      }
    }
  }

  /**
   * Whether the cases are vectors, of which each counts once per engine, over however many kinds of
   * memory it is walked.
   */
  default boolean countsOncePerEngine() {
    return false;
  }

  /**
   * Judges cases by themselves, if the group can tell of any case what must come of it. Its
   * failures are then made smaller in every respect, others as far as the outcome stays the same.
   */
  default Optional<CaseJudge> judge() {
    return Optional.empty();
  }

  /** One subject's run through one group. */
  interface Trial {
    /** Who is on trial. */
    Subject subject();

    /** The seed of everything random; the same seed makes the same cases. */
    long seed();

    /** How many random walks a mode gets, those of other shards included. */
    long walks();

    /** The part of the cases that is to be made, if the group divides them. */
    default Shard shard() {
      return Shard.WHOLE;
    }

    /** Counts cases answered rightly. Called often enough for a progress bar. */
    void passed(long cases);

    /** Counts cases of a role that the subject does not know. */
    void skipped(long cases);

    /** Tells of a case answered wrongly. */
    void failed(CaseFailure failure);

    /** Tells of a case with a second stage answered wrongly. */
    void failed(Stage2Failure failure);

    /**
     * The same trial for cases whose mode is more than the guest's paging mode: they are reported
     * under a mode of their own.
     *
     * @param mode for example {@code pae/ept4}
     */
    default Trial ofMode(String mode) {
      return this;
    }

    /** Whether to stop, since the run was interrupted or has failures enough. */
    boolean stopped();
  }
}
