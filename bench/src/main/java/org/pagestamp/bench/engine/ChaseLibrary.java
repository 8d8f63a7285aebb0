package org.pagestamp.bench.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The chase in C, compiled on this machine for this machine, where gcc is present. */
public final class ChaseLibrary {
  private static final List<String> COMPILER =
      List.of("gcc", "-O3", "-march=native", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror");

  private static final String SOURCE = "chase.c";

  /** Memory, CR3, stage 2's root, addresses, their number, zero; the sum of the leaf entries. */
  private static final FunctionDescriptor CHASE =
      FunctionDescriptor.of(
          ValueLayout.JAVA_LONG,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG);

  /** Names a library compiled before, or {@link #NONE}, so that not every JVM compiles it. */
  private static final String PROPERTY = "pagestamp.bench.chase";

  private static final String NONE = "none";

  /** Asked once; the answer does not change. */
  private static final class Compiler {
    static final Optional<String> VERSION = version();

    private static Optional<String> version() {
      try {
        Process process =
            new ProcessBuilder(COMPILER.getFirst(), "--version").redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? text.lines().findFirst() : Optional.empty();
      } catch (IOException e) {
        return Optional.empty(); // no such program
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  private final SymbolLookup symbols;

  private ChaseLibrary(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  /** The first line of what the compiler says of itself, or empty where there is none. */
  public static Optional<String> compilerVersion() {
    return Compiler.VERSION;
  }

  /** Whether {@link #load} can load. */
  static boolean isAvailable() {
    String compiled = System.getProperty(PROPERTY);
    return compiled == null ? compilerVersion().isPresent() : !compiled.equals(NONE);
  }

  /**
   * The JVM option that spares another JVM the compiling; compiles.
   *
   * @param folder where the library goes; it must stay as long as JVMs are started with the option
   * @throws IOException if the folder cannot be written to
   * @throws IllegalStateException if the compiler refuses
   */
  public static String option(Path folder) throws IOException {
    boolean possible = compilerVersion().isPresent();
    return "-D" + PROPERTY + "=" + (possible ? compile(folder).toString() : NONE);
  }

  private static Path compile(Path folder) throws IOException {
    Path source = folder.resolve(SOURCE);
    Path library = folder.resolve(System.mapLibraryName("chase"));
    try (InputStream in = ChaseLibrary.class.getResourceAsStream(SOURCE)) {
      Files.copy(in, source);
    }
    run(source, library);
    Files.delete(source);
    return library;
  }

  /**
   * Loads the library, and compiles it first if nobody has.
   *
   * @throws IllegalStateException if the compiler refuses
   */
  static ChaseLibrary load() {
    String compiled = System.getProperty(PROPERTY);
    if (compiled != null) {
      return load(Path.of(compiled));
    }
    try {
      Path folder = Files.createTempDirectory("pagestamp-chase");
      Path library = compile(folder);
      try {
        return load(library);
      } finally {
        Files.deleteIfExists(library); // mapped already
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("restricted") // native code: the measurements' only
  private static ChaseLibrary load(Path library) {
    return new ChaseLibrary(SymbolLookup.libraryLookup(library, Arena.global()));
  }

  private static void run(Path source, Path library) throws IOException {
    List<String> command = new ArrayList<>(COMPILER);
    command.addAll(List.of("-o", library.toString(), source.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + "\n" + output);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted", e);
  }

  /**
   * A function of {@code chase.c}, which chases a whole array of addresses a call. Takes addresses
   * on the heap, and so blocks the garbage collector while it runs.
   */
  @SuppressWarnings("restricted")
  MethodHandle chase(String symbol) {
    return Linker.nativeLinker()
        .downcallHandle(symbols.findOrThrow(symbol), CHASE, Linker.Option.critical(true));
  }
}
