package org.pagestamp.cli;

import org.pagestamp.conformance.run.RunListener;

/** Shows how a run gets on: steps on the bar, and the walks so far. */
final class ConformProgress implements RunListener, AutoCloseable {
  private static final long BETWEEN_NANOS = 200_000_000L;

  private Progress progress;
  private String step = "";
  private long shown;

  @Override
  public void begins(int number, int steps, String what) {
    if (number == 1) {
      close();
      progress = new Progress("conform", steps);
    }
    step = what;
    progress.step(what);
  }

  @Override
  public void walked(long cases) {
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
