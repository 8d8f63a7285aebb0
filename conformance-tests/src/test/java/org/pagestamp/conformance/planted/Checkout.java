package org.pagestamp.conformance.planted;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The sources that bugs are planted in. Safe for use by several threads. */
final class Checkout {
  private static final List<String> MODULES = List.of("runtime", "codegen");

  private final Path root;

  /** The checkout at {@code root}. */
  Checkout(Path root) {
    this.root = root;
  }

  /** The checkout that this build is of. */
  static Checkout ofThisBuild() {
    return new Checkout(Path.of(System.getProperty("basedir", ".")).resolve("..").normalize());
  }

  /** The document that holds the table of kills. */
  Path document() {
    return root.resolve("docs/conformance.md");
  }

  /**
   * The source of a bug's class with the bug in it.
   *
   * @throws IllegalStateException if the text to be replaced does not occur exactly once
   */
  String planted(PlantedBug bug) throws IOException {
    Path file = file(bug);
    String source = Files.readString(file);
    Matcher matcher = pattern(bug.find()).matcher(source);
    long found = matcher.results().count();
    if (found != 1) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "planted bug '%s': its text occurs %d times in %s: %s%n"
                  + "The source has changed: bring the bug's text in %s up to date.",
              bug.name(),
              found,
              file,
              bug.find(),
              bug.has().file()));
    }
    return matcher.replaceFirst(Matcher.quoteReplacement(bug.make()));
  }

  private Path file(PlantedBug bug) {
    String path = "src/main/java/org/pagestamp/" + bug.type().replace('.', '/') + ".java";
    return MODULES.stream()
        .map(module -> root.resolve(module).resolve(path))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "planted bug '" + bug.name() + "': there is no class " + bug.type()));
  }

  /** The text, whatever the formatter makes of its white space. */
  private static Pattern pattern(String text) {
    return Pattern.compile(
        Stream.of(text.trim().split("\\s+"))
            .map(Pattern::quote)
            .collect(Collectors.joining("\\s+")));
  }

  /**
   * Compiles a bug's class, and no other: constants of it that others inline do not change.
   *
   * @param classes where the class files go
   * @throws IllegalStateException if it does not compile
   */
  void compile(PlantedBug bug, Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  null,
                  files,
                  diagnostics,
                  List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-cp", classPath()),
                  null,
                  List.of(new Source(bug.type(), planted(bug))))
              .call();
      if (!compiled) {
        throw new IllegalStateException(
            "planted bug '"
                + bug.name()
                + "' does not compile: "
                + diagnostics.getDiagnostics().stream()
                    .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                    .map(Object::toString)
                    .collect(Collectors.joining("; ")));
      }
    }
  }

  /** The class path of this test: the modules' classes and the libraries. */
  static String classPath() {
    return System.getProperty("java.class.path");
  }

  /** The class path, entry by entry. */
  static List<Path> classPathEntries() {
    return Stream.of(classPath().split(File.pathSeparator)).map(Path::of).toList();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String type, String text) {
      super(
          URI.create("string:///org/pagestamp/" + type.replace('.', '/') + Kind.SOURCE.extension),
          Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
