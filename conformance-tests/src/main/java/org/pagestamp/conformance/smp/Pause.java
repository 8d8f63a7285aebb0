package org.pagestamp.conformance.smp;

import java.util.concurrent.Phaser;

/** Stops all virtual CPUs at once, so that memory can be compared; and ends the run. */
final class Pause {
  private final Phaser gate = new Phaser(1);
  private volatile boolean wanted;
  private volatile boolean over;

  /** One more that stops. */
  void register() {
    int _ = gate.register();
  }

  /** Whether a virtual CPU is to stop now. */
  boolean isWanted() {
    return wanted;
  }

  /** Stops until the others have stopped and what they stopped for is done. */
  void stop() {
    int _ = gate.arriveAndAwaitAdvance(); // all have stopped
    int _ = gate.arriveAndAwaitAdvance(); // it is done
  }

  /** For one that ends. */
  void leave() {
    int _ = gate.arriveAndDeregister();
  }

  /** Whether the run has ended. */
  boolean isOver() {
    return over;
  }

  /** Runs a task while all have stopped; ends the run with it if {@code last}. */
  void during(Runnable task, boolean last) {
    wanted = true;
    int _ = gate.arriveAndAwaitAdvance();
    try {
      task.run();
    } finally {
      over = last;
      wanted = false;
      int _ = gate.arriveAndAwaitAdvance();
    }
  }
}
