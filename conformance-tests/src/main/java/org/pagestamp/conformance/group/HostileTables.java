package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.CaseJudge;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.Subject;
import org.pagestamp.mode.PagingMode;

/**
 * Guests that mean harm: noise as tables, tables that are their own pages, roots anywhere, entries
 * that point just beside slots. Nothing is said of what a walk answers, but that it does: without
 * an exception, with an answer that can be one, after a bounded number of reads, and without
 * touching anything but accessed and dirty bits of present entries in RAM. Our own walkers are
 * given registers too that no processor would load, and guards around each slot's memory.
 */
final class HostileTables implements CaseGroup {
  /** A walk over garbage is short, and looking through memory takes long, so there are fewer. */
  private static final int SHARE_OF_WALKS = 4;

  private static final int WALKS_OF_A_GUEST = 2_000;
  private static final int WALKS_OF_A_LOOK = 100;

  @Override
  public String name() {
    return "hostile";
  }

  @Override
  public String purpose() {
    return "garbage as tables: no exception, nothing touched outside slots, bounded, well-formed";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return true;
  }

  @Override
  public boolean isRandom() {
    return true;
  }

  @Override
  public boolean isDivisible() {
    return true;
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    RandomGuests.forEach(
        mode,
        trial,
        Math.max(1, trial.walks() / SHARE_OF_WALKS),
        WALKS_OF_A_GUEST,
        (seed, walks) -> live(mode, seed, walks, trial));
  }

  private void live(PagingMode mode, long seed, int walks, Trial trial) {
    HostileGuest.Life life = new HostileGuest.Life(trial.subject(), mode, seed);
    try (HostileGuest guest = life.guest()) {
      for (int i = 1; i <= walks && !trial.stopped(); i++) {
        life.next();
        boolean look = guest.isSmall() || i % WALKS_OF_A_LOOK == 0 || i == walks;
        if (!guest.walk(look).isEmpty()) {
          trial.passed((i - 1) % WALKS_OF_A_LOOK);
          trial.failed(failure(mode, seed, i, trial.subject()));
          return;
        }
        if (i % WALKS_OF_A_LOOK == 0) {
          trial.passed(WALKS_OF_A_LOOK);
        }
      }
      trial.passed(walks % WALKS_OF_A_LOOK);
    }
  }

  /** Lives again up to the first walk that goes wrong, the {@code last} one at the latest. */
  private CaseFailure failure(PagingMode mode, long seed, int last, Subject subject) {
    HostileGuest.Life life = new HostileGuest.Life(subject, mode, seed);
    try (HostileGuest guest = life.guest()) {
      ConformanceCase path = null;
      List<String> problems = List.of();
      int walk = 0;
      while (problems.isEmpty() && walk < last) {
        walk++;
        life.next();
        path = guest.asCase();
        problems = guest.walk(true);
      }
      boolean strict = HostileGuest.isStrict(seed);
      List<String> told = new ArrayList<>(problems);
      told.add(
          String.format(
              "seed %d, walk %d%s", seed, walk, strict ? ", slots behind accessors" : ""));
      return new CaseFailure(
          name(), subject.name(), path, guest.answer(), guest.answer(), List.of(), told);
    }
  }

  @Override
  public Optional<CaseJudge> judge() {
    return Optional.of(
        (subject, made) -> judge(subject, made, false).or(() -> judge(subject, made, true)));
  }

  private Optional<CaseFailure> judge(Subject subject, ConformanceCase made, boolean strict) {
    try (HostileGuest guest = HostileGuest.of(subject, made, strict)) {
      List<String> problems = guest.walk(true);
      long answer = guest.answer();
      return problems.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new CaseFailure(name(), subject.name(), made, answer, answer, List.of(), problems));
    }
  }
}
