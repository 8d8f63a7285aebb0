package org.pagestamp.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code pagestamp}. */
@Command(name = "pagestamp", mixinStandardHelpOptions = true, version = "0.1.0-SNAPSHOT")
public final class PagestampCommand implements Runnable {
  PagestampCommand() {}

  /** Runs the command line and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new PagestampCommand()).execute(args));
  }

  @Override
  public void run() {
    new CommandLine(this).usage(System.out);
  }
}
