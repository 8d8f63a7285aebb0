package org.pagestamp.cli;

import java.io.PrintWriter;
import org.pagestamp.conformance.run.RunListener;

/**
 * Shows how a run gets on: steps on the bar, and the walks so far. A run of several rounds also
 * leaves a line for each, so that one that was killed can be gone on with.
 */
final class ConformProgress implements RunListener, AutoCloseable {
  private static final long BETWEEN_NANOS = 200_000_000L;

  private final PrintWriter rounds;
  private Progress progress;
  private String step = "";
  private long walks;
  private long shown;

  /**
   * The progress of one run.
   *
   * @param rounds where to tell of rounds
   */
  ConformProgress(PrintWriter rounds) {
    this.rounds = rounds;
  }

  @Override
  public void beginsRound(long round, long of, long seed) {
    close();
    if (of > 1) {
      rounds.printf(
          "round %d of %d, --seed %d; %s walks so far%n", round, of, seed, Numbers.count(walks));
      rounds.flush();
    }
  }

  @Override
  public void begins(int number, int steps, String what) {
    if (number == 1) {
      progress = new Progress("conform", steps);
    }
    step = what;
    progress.step(what);
  }

  @Override
  public void walked(long cases) {
    walks = cases;
    long now = System.nanoTime();
    if (now - shown > BETWEEN_NANOS && progress != null) {
      shown = now;
      progress.say(step + ", " + Numbers.count(cases) + " walks");
    }
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
      progress = null;
    }
  }
}
