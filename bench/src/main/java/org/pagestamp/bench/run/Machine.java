package org.pagestamp.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.pagestamp.bench.engine.ChaseLibrary;

/**
 * What measured.
 *
 * @param cpu the processor's model
 * @param cores processors that the JVM may use
 * @param system the operating system
 * @param jdk the JVM and its version
 * @param compiler the C compiler's version, or {@code none}
 */
public record Machine(String cpu, int cores, String system, String jdk, String compiler) {
  /** The machine that this JVM runs on. */
  public static Machine here() {
    return new Machine(
        cpuModel().orElse(System.getProperty("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        ChaseLibrary.compilerVersion().orElse("none"));
  }

  private static Optional<String> cpuModel() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty(); // not Linux
    }
  }
}
