package org.pagestamp.conformance.run;

import java.util.List;

/**
 * What a run had when it ended or was interrupted.
 *
 * @param cells the matrix, without empty fields
 * @param failures the first ones of each field
 * @param subjects names of all subjects
 * @param groups name and purpose of all groups
 * @param settings what the run was to do
 * @param interrupted whether it was to do more
 * @param resumeSeed the seed with which to go on after an interruption, for {@link #walksLeft}
 * @param nanos time taken
 */
public record RunReport(
    List<Cell> cells,
    List<RunFailure> failures,
    List<String> subjects,
    List<Group> groups,
    RunSettings settings,
    boolean interrupted,
    long resumeSeed,
    long nanos) {
  /**
   * A group that took part.
   *
   * @param name its name
   * @param purpose what it tries
   */
  public record Group(String name, String purpose) {}

  /** Makes the lists immutable. */
  public RunReport {
    cells = List.copyOf(cells);
    failures = List.copyOf(failures);
    subjects = List.copyOf(subjects);
    groups = List.copyOf(groups);
  }

  /** The random walks of each mode, group and subject that were left when the run ended. */
  public long walksLeft() {
    long done = (resumeSeed - settings.seed()) * ConformanceRun.ROUND;
    return Math.max(0, settings.walks() - done);
  }

  /** Cases answered rightly. */
  public long passed() {
    return cells.stream().mapToLong(Cell::passed).sum();
  }

  /** Cases answered wrongly. */
  public long failed() {
    return cells.stream().mapToLong(Cell::failed).sum();
  }

  /** Cases of roles that an engine does not know. */
  public long skipped() {
    return cells.stream().mapToLong(Cell::skipped).sum();
  }
}
