package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;

/**
 * The listings of a fixed set of classes are as approved in {@code src/test/golden}. After a wanted
 * change run the test with {@code -Dpagestamp.golden=write} and look at the difference.
 */
class GoldenListingTest {
  private static final Path GOLDEN = Path.of("src", "test", "golden");
  private static final boolean WRITE = "write".equals(System.getProperty("pagestamp.golden"));

  static Stream<Arguments> cases() {
    CpuFeatures intel = CpuFeatures.intel(46);
    CpuFeatures amd = new CpuFeatures(48, false, true);
    return Stream.of(
        Arguments.of("four-level-ram", Layouts.FOUR_LEVEL, Layouts.ram(1)),
        Arguments.of("four-level-rom", Layouts.FOUR_LEVEL, Layouts.rom(1)),
        Arguments.of("four-level-mixed", Layouts.FOUR_LEVEL, Layouts.of(2, 1)),
        Arguments.of("four-level-twelve-slots", Layouts.FOUR_LEVEL, Layouts.of(10, 2)),
        Arguments.of("four-level-accessor", Layouts.FOUR_LEVEL, accessor()),
        Arguments.of(
            "five-level-keys-amd",
            Role.of(PagingMode.FIVE_LEVEL, amd, Control.WP, Control.PKE, Control.PKS),
            Layouts.ram(1)),
        Arguments.of(
            "pae", Role.of(PagingMode.PAE, intel, Control.WP, Control.NXE), Layouts.ram(1)),
        Arguments.of(
            "two-level-pse",
            Role.of(PagingMode.TWO_LEVEL, intel, Control.WP, Control.PSE),
            Layouts.ram(1)),
        Arguments.of("no-paging", Role.of(PagingMode.NO_PAGING, intel), Layouts.of(1, 1)));
  }

  private static SlotLayout accessor() {
    return SlotLayout.builder()
        .updateMode(UpdateMode.SINGLE_VCPU)
        .slot(
            0,
            0x4000,
            EnumSet.of(SlotFlag.LOG_DIRTY_PAGES),
            Backing.of(new LongArrayAccessor(0x4000)))
        .build();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void theListingIsTheApprovedOne(String name, Role role, SlotLayout layout) throws IOException {
    String listing = new Stamper().generate(role, layout).listing();
    Path file = GOLDEN.resolve(name + ".walk");
    if (WRITE) {
      Files.createDirectories(GOLDEN);
      Files.writeString(file, listing);
    }
    assertEquals(Files.readString(file), listing);
  }

  @Test
  void everyApprovedListingHasItsCase() throws IOException {
    Set<String> names = new TreeSet<>();
    cases().forEach(each -> names.add(each.get()[0] + ".walk"));
    try (Stream<Path> files = Files.list(GOLDEN)) {
      assertEquals(names, new TreeSet<>(files.map(file -> file.getFileName().toString()).toList()));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void lineNumbersLeadToLinesOfTheListing(String name, Role role, SlotLayout layout) {
    WalkerClass walkerClass = new Stamper().generate(role, layout);
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
