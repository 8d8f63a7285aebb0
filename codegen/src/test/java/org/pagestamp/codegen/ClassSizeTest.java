package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.codegen.WalkerMatrix.Cell;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.MemSlot;

/** Generated classes stay within what HotSpot compiles and inlines, and small as a whole. */
class ClassSizeTest {
  /** HotSpot compiles no method of this size (HugeMethodLimit). */
  private static final int HUGE_METHOD = 8_000;

  /** C2 inlines no larger method, however hot it is (FreqInlineSize). */
  private static final int LARGEST_INLINED = 325;

  /** Room for a fifth more than the largest class has. */
  private static final int LARGEST_CLASS = 10_752;

  private static final List<String> FAST_PATH =
      List.of("walk", "leaf1", "leaf2", "leaf3", "search", "deviating", "entry", "entryElsewhere");

  static List<Cell> cells() {
    return WalkerMatrix.cells();
  }

  @ParameterizedTest
  @MethodSource("cells")
  void noMethodIsTooLargeForTheJitNorTheClassForItsRoom(Cell cell) {
    assertWithinBounds(cell.generate());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 9, 64, 509, 4_096, 32_764})
  void manySlotsMakeNoLargeMethodNorALargeClass(int count) {
    MemorySegment memory = MemorySegment.ofArray(new long[count * 512]);
    assertWithinBounds(
        new Stamper().generate(WalkerMatrix.ALL_CONTROLS, Layouts.everyOtherPage(count, memory)));
  }

  static List<TwoStageMatrix.Cell> cellsOfTwoStages() {
    return TwoStageMatrix.cells();
  }

  @ParameterizedTest
  @MethodSource("cellsOfTwoStages")
  void noMethodOfTwoStagesIsTooLargeForTheJit(TwoStageMatrix.Cell cell) {
    sizes(cell.generate())
        .forEach((name, size) -> assertTrue(size < HUGE_METHOD, name + " " + size));
  }

  private static void assertWithinBounds(WalkerClass walkerClass) {
    sizes(walkerClass).forEach((name, size) -> assertTrue(size < HUGE_METHOD, name + " " + size));
    int bytes = walkerClass.classFile().length;
    assertTrue(bytes <= LARGEST_CLASS, () -> bytes + " bytes");
  }

  @ParameterizedTest
  @MethodSource("cells")
  void theFastPathIsSmallEnoughForC2ToInline(Cell cell) {
    Map<String, Integer> sizes = sizes(cell.generate());
    if (!hasFastPath(cell)) {
      assertFalse(sizes.containsKey("leaf1"), sizes::toString);
      return;
    }
    assertTrue(
        sizes.keySet().containsAll(List.of("walk", "leaf1", "leaf2", "entry")), sizes::toString);
    for (String method : FAST_PATH) {
      assertTrue(sizes.getOrDefault(method, 0) <= LARGEST_INLINED, () -> method + " of " + sizes);
    }
  }

  /** Not without paging, nor where all entries are looked at one by one. */
  private static boolean hasFastPath(Cell cell) {
    boolean someReadOnly = cell.layout().slots().stream().anyMatch(MemSlot::isReadOnly);
    return cell.role().mode() != PagingMode.NO_PAGING
        && switch (cell.role().choices().readOnly()) {
          case NONE -> false;
          case FAULT_ALWAYS -> !someReadOnly;
          case SKIP, FAULT_IF_NEEDED, DISCARD -> true;
        };
  }

  @ParameterizedTest
  @MethodSource("cells")
  void theSizesToldAreThoseOfTheClassFile(Cell cell) {
    WalkerClass walkerClass = cell.generate();
    Map<String, Integer> sizes = sizes(walkerClass);
    sizes.keySet().removeAll(List.of("<init>", "<clinit>"));
    assertEquals(sizes, walkerClass.methodSizes());
  }

  /** Bytes of bytecode of every method, as the class file has them. */
  private static Map<String, Integer> sizes(WalkerClass walkerClass) {
    Map<String, Integer> sizes = new TreeMap<>();
    for (MethodModel method : ClassFile.of().parse(walkerClass.classFile()).methods()) {
      CodeAttribute code = (CodeAttribute) method.code().orElseThrow();
      sizes.put(method.methodName().stringValue(), code.codeLength());
    }
    return sizes;
  }
}
