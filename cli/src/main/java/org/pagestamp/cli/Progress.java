package org.pagestamp.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on standard error, if that is a terminal; else nothing. */
final class Progress implements AutoCloseable {
  private static final int WIDTH = 79;

  private final ProgressBar bar;

  Progress(String task, int steps) {
    bar =
        isTerminal()
            ? new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.ASCII)
                .setMaxRenderedLength(WIDTH)
                .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
                .clearDisplayOnFinish()
                .build()
            : null;
  }

  /** Begins the next step. */
  void step(String what) {
    if (bar != null) {
      bar.setExtraMessage(what);
      bar.step();
    }
  }

  /** Says more of the step at work. */
  void say(String what) {
    if (bar != null) {
      bar.setExtraMessage(what);
    }
  }

  /** Blanks the bar's line, so that output can follow on the same terminal. */
  void clear() {
    if (bar != null) {
      System.err.print("\r" + " ".repeat(WIDTH) + "\r");
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }

  /** Java knows of the console as a whole only; where the system shows descriptors, ask it. */
  private static boolean isTerminal() {
    try {
      String standardError = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return standardError.startsWith("/dev/pts/") || standardError.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return System.console().isTerminal();
    }
  }
}
