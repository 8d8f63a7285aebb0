import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/**
 * Checks or rewrites the layout of every Java file of the project, in one JVM.
 *
 * <p>The root pom runs this file as source, with google-java-format on the class path. Arguments:
 * {@code check} or {@code fix}, then the directories to search; build output is passed over. A
 * check names the unformatted files and leaves a marker for the build to fail on, because a failed
 * process would bury the names under a stack trace.
 */
final class FormatSources {
  private static final Path UNFORMATTED_MARKER = Path.of("target", "unformatted");

  private FormatSources() {}

  public static void main(String[] args) throws IOException {
    boolean fix = args[0].equals("fix");
    List<String> formatterArgs = new ArrayList<>();
    formatterArgs.addAll(
        fix ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    for (int i = 1; i < args.length; i++) {
      addSources(Path.of(args[i]), formatterArgs);
    }

    ToolProvider formatter = ToolProvider.findFirst("google-java-format").orElseThrow();
    int exitCode = formatter.run(System.out, System.err, formatterArgs.toArray(String[]::new));

    Files.deleteIfExists(UNFORMATTED_MARKER);
    if (fix) {
      System.exit(exitCode);
    } else if (exitCode != 0) {
      Files.createFile(UNFORMATTED_MARKER);
    }
  }

  private static void addSources(Path directory, List<String> to) throws IOException {
    try (var files = Files.walk(directory)) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.startsWith(directory.resolve("target")))
          .sorted()
          .map(Path::toString)
          .forEach(to::add);
    }
  }
}
