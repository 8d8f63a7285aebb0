package org.pagestamp.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.pagestamp.conformance.run.ConformanceRun;

/** While open, Ctrl-C ends a run early, and the JVM waits until what it had is printed. */
final class Interruption implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch printed = new CountDownLatch(1);
  private final Thread hook;

  Interruption(ConformanceRun run) {
    hook =
        new Thread(
            () -> {
              run.interrupt();
              try {
                boolean _ = printed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    printed.countDown();
    try {
      boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook is at work already.
    }
  }
}
