package org.pagestamp.bench.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;

class NestedImageTest {
  private static final int LINE = 64;
  private static final int FIRST_CACHE = 32 << 10;

  static List<NestedSpec> small() {
    NestedSpec usual = NestedSpec.USUAL;
    return List.of(
        usual,
        usual.in(PagingMode.FIVE_LEVEL, Stage2Kind.EPT5),
        usual.in(PagingMode.PAE, Stage2Kind.EPT4),
        usual.in(PagingMode.FOUR_LEVEL, Stage2Kind.NPT4),
        usual.withStage2Leaf(2),
        usual.over(SlotShape.EIGHT_MAIN));
  }

  @Test
  @DisplayName("the same words build the same image")
  void reproducible() {
    NestedImage one = NestedSpec.USUAL.build();
    NestedImage other = NestedSpec.USUAL.build();
    assertEquals(one.cr3(), other.cr3());
    assertEquals(one.root(), other.root());
    assertArrayEquals(one.gvas(), other.gvas());
    assertEquals(-1, one.memory().mismatch(other.memory()));
  }

  @ParameterizedTest
  @MethodSource("small")
  @DisplayName("all addresses are mapped, and nothing is where the guest has it")
  void scattered(NestedSpec spec) {
    NestedImage image = spec.build();
    NestedWalker walker = new InterpretedNestedWalker(image.role(), image.layout());
    NestedState state = image.state();
    Map<Long, Long> places = new HashMap<>();
    for (long gva : image.gvas()) {
      long result = walker.walk(state, gva, image.access());
      assertFalse(NestedResult.isFault(result), () -> NestedResult.toString(result));
      assertNotEquals(state.guestGpa(), NestedResult.pageGpa(result));
      places.put(state.guestGpa() & -4096, NestedResult.pageGpa(result));
    }
    assertEquals(512, places.size());
    assertEquals(512, new HashSet<>(places.values()).size());
  }

  @ParameterizedTest
  @MethodSource("small")
  @DisplayName("walks change no entry: accessed and dirty bits are set")
  void hot(NestedSpec spec) {
    NestedImage image = spec.build();
    byte[] before = image.memory().toArray(ValueLayout.JAVA_BYTE);
    NestedWalker walker = new InterpretedNestedWalker(image.role(), image.layout());
    NestedState state = image.state();
    for (long gva : image.gvas()) {
      walker.walk(state, gva, image.access());
    }
    assertArrayEquals(before, image.memory().toArray(ValueLayout.JAVA_BYTE));
  }

  @ParameterizedTest
  @MethodSource("small")
  @DisplayName("a walk has the loads that its levels make, and all of them fit in the first cache")
  void loads(NestedSpec spec) {
    NestedImage image = spec.build();
    NestedWalker walker = new InterpretedNestedWalker(image.role(), image.layout());
    NestedState state = image.state();
    int guestLevels = image.role().guest().mode().topLevelInMemory();
    int stage2Levels = image.role().stage2().format().topLevel() - spec.stage2Leaf() + 1;
    Set<Long> lines = new HashSet<>();
    for (long gva : image.gvas()) {
      walker.walk(state, gva, image.access());
      List<Long> entries = new ArrayList<>();
      for (int level = guestLevels; level >= 1; level--) {
        addStage2(image, state.tableGpa(level), entries);
        entries.add(state.guest().record().entryGpa(level));
      }
      addStage2(image, state.guestGpa(), entries);
      assertEquals(guestLevels * (stage2Levels + 1) + stage2Levels, entries.size());
      entries.forEach(entry -> lines.add(entry / LINE));
    }
    int addresses = image.window() * Long.BYTES;
    assertTrue(lines.size() * LINE + addresses < FIRST_CACHE, () -> lines.size() + " lines");
  }

  /** Where stage 2 has the entries for a gpa. */
  private static void addStage2(NestedImage image, long gpa, List<Long> entries) {
    Stage2Format format = image.role().stage2().format();
    long table = image.root();
    for (int number = format.topLevel(); number >= image.stage2Leaf(); number--) {
      Stage2Level level = format.level(number);
      long entry = table + (long) level.index(gpa) * Long.BYTES;
      entries.add(entry);
      table = image.memory().get(ValueLayout.JAVA_LONG, entry) & format.tableMask();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_LEVEL", "NO_PAGING"})
  @DisplayName("a guest without 8-byte entries is refused")
  void refused(PagingMode mode) {
    NestedSpec spec = NestedSpec.USUAL.in(mode, Stage2Kind.EPT4);
    assertThrows(IllegalArgumentException.class, spec::build);
  }
}
