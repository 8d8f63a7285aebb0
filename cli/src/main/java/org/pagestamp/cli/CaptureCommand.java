package org.pagestamp.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pagestamp capture}: hands over to the capture script. */
@Command(
    name = "capture",
    description = {
      "Boots a guest under QEMU and writes a capture folder and an ELF core of it.",
      "Runs the Python 3 script cli/src/main/capture/pagestamp-capture with the same arguments;"
          + " 'pagestamp capture --help' shows its options."
    },
    footerHeading = "%nExample:%n",
    footer = "  pagestamp capture --help")
final class CaptureCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "ARGUMENT", description = "Passed to the script.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    Path script = script();
    if (!Files.isRegularFile(script)) {
      err.println(
          "pagestamp capture: no script at "
              + script
              + "; it is in the source tree: cli/src/main/capture/pagestamp-capture");
      return PagestampCommand.BAD_INPUT;
    }
    List<String> command = new ArrayList<>(List.of("python3", script.toString()));
    command.addAll(arguments);
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (IOException e) {
      err.println("pagestamp capture: the script needs Python 3: " + e.getMessage());
      return PagestampCommand.BAD_INPUT;
    }
  }

  /** The jar and the compiled classes both lie in the module's build directory. */
  private static Path script() {
    try {
      Path built =
          Path.of(CaptureCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return built.resolve("../../src/main/capture/pagestamp-capture").normalize();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
