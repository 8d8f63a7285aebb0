package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.pagestamp.codegen.TwoStageMatrix.Cell;

/**
 * The listings of a fixed set of classes are as approved in {@code src/test/golden}. After a wanted
 * change run the test with {@code -Dpagestamp.golden=write} and look at the difference.
 */
class GoldenListingTest {
  private static final Path GOLDEN = Path.of("src", "test", "golden");
  private static final boolean WRITE = "write".equals(System.getProperty("pagestamp.golden"));

  /** Classes of both matrices. */
  static List<Cell> cells() {
    List<Cell> cells = new ArrayList<>(TwoStageMatrix.cells());
    WalkerMatrix.cells().forEach(cell -> cells.add(new Cell(cell.name(), cell::generate)));
    return cells;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cells")
  void theListingIsTheApprovedOne(Cell cell) throws IOException {
    String listing = cell.generate().listing();
    Path file = GOLDEN.resolve(cell.name() + ".walk");
    if (WRITE) {
      Files.createDirectories(GOLDEN);
      Files.writeString(file, listing);
    }
    assertEquals(Files.readString(file), listing);
  }

  @Test
  void everyApprovedListingHasItsCell() throws IOException {
    Set<String> names = new TreeSet<>();
    cells().forEach(cell -> names.add(cell.name() + ".walk"));
    try (Stream<Path> files = Files.list(GOLDEN)) {
      assertEquals(names, new TreeSet<>(files.map(file -> file.getFileName().toString()).toList()));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cells")
  void lineNumbersLeadToLinesOfTheListing(Cell cell) {
    WalkerClass walkerClass = cell.generate();
    String[] lines = walkerClass.listing().split("\n", -1);
    Set<Integer> numbers = new TreeSet<>();
    new ClassReader(walkerClass.classFile())
        .accept(
            new ClassVisitor(Opcodes.ASM9) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String method, String type, String signature, String[] exceptions) {
                return new MethodVisitor(Opcodes.ASM9) {
                  @Override
                  public void visitLineNumber(int line, Label start) {
                    numbers.add(line);
                  }
                };
              }
            },
            0);
    assertFalse(numbers.isEmpty());
    for (int number : numbers) {
      String line = lines[number - 1];
      assertTrue(line.startsWith("  ") && !line.contains("//"), number + ": " + line);
    }
  }
}
