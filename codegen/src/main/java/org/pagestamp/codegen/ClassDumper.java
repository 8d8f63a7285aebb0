package org.pagestamp.codegen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes generated classes to a directory: {@code NAME.class}, the listing as {@code NAME.walk} and
 * the bytecode as {@code NAME.txt}.
 */
final class ClassDumper {
  private final Path directory;

  /**
   * Dumps into {@code directory}, made when first needed.
   *
   * @param directory null to dump only classes that fail, into a new temporary directory
   */
  ClassDumper(Path directory) {
    this.directory = directory;
  }

  /** Writes the class if a directory was given. */
  void dump(WalkerClass walkerClass, String fileName) {
    if (directory != null) {
      write(walkerClass, directory, fileName);
    }
  }

  /**
   * Writes a class that the JVM refused.
   *
   * @return where
   */
  Path dumpFailed(WalkerClass walkerClass, String fileName) {
    try {
      Path target = directory != null ? directory : Files.createTempDirectory("pagestamp-failed-");
      write(walkerClass, target, fileName + ".failed");
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a directory for the failed class", e);
    }
  }

  private static void write(WalkerClass walkerClass, Path target, String fileName) {
    try {
      Files.createDirectories(target);
      Files.write(target.resolve(fileName + ".class"), walkerClass.classFile());
      Files.writeString(target.resolve(fileName + ".walk"), walkerClass.listing());
      Files.writeString(target.resolve(fileName + ".txt"), walkerClass.bytecode());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot dump " + fileName + " to " + target, e);
    }
  }
}
