package org.pagestamp.bench.engine;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.bench.image.AccessedDirtyState;
import org.pagestamp.bench.image.ImageSpec;
import org.pagestamp.bench.image.NestedImage;
import org.pagestamp.bench.image.NestedSpec;
import org.pagestamp.bench.image.SlotMemory;
import org.pagestamp.bench.image.SlotShape;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.mode.EntryBits;

class EngineTest {
  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("every engine passes the check before it is timed")
  void passes(Engine engine) {
    assumeTrue(engine.isAvailable());
    TableImage image = ImageSpec.USUAL.build();
    assertTrue(engine.loop(image).walk(image.gvas()[0]) != 0);
  }

  @ParameterizedTest
  @EnumSource(names = {"CHASE_C", "SHORTEST_CHASE_C", "CHASE_JAVA"})
  @DisplayName("an engine that reads another page out of a table is not timed")
  void wrongPage(Engine engine) {
    assumeTrue(engine.isAvailable());
    // On the heap, so that the chases walk a copy, and the copy can be spoiled alone.
    TableImage image = ImageSpec.USUAL.over(SlotShape.ONE, SlotMemory.LONG_ARRAY).build();
    long[] gvas = image.gvas();
    long last = gvas[gvas.length - 1];
    long table = image.cr3();
    for (int shift = 36; shift > 9; shift -= 9) {
      table =
          image.memory().get(ValueLayout.JAVA_LONG, entry(table, last, shift)) & EntryBits.FRAME;
    }
    long leaf = entry(table, last, 9);
    long value = image.memory().get(ValueLayout.JAVA_LONG, leaf);
    image.memory().set(ValueLayout.JAVA_LONG, leaf, value ^ 0x1000);
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> engine.loop(image));
    assertTrue(e.getMessage().startsWith(engine.label() + " walked 0x"), e.getMessage());
  }

  private static long entry(long table, long gva, int shift) {
    return table + (gva >>> shift & 0xFF8);
  }

  @ParameterizedTest
  @EnumSource(names = {"INTERPRETED_PROBE", "GENERATED_PROBE"})
  @DisplayName("an engine whose dirty bits are not the reference's is not timed")
  void unstored(Engine engine) {
    // Probes answer as walks do, but store nothing.
    TableImage image = ImageSpec.USUAL.with(AccessedDirtyState.CLEAN).build();
    assertThrows(IllegalStateException.class, () -> engine.loop(image));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"CHASE_C", "SHORTEST_CHASE_C", "CHASE_JAVA", "INTERPRETED", "GENERATED", "WALK_ALL"})
  @DisplayName("every engine that knows two dimensions passes the check before it is timed")
  void passesNested(Engine engine) {
    assumeTrue(engine.isAvailable());
    NestedImage image = NestedSpec.USUAL.build();
    assertTrue(engine.loop(image).walk(image.gvas()[0]) != 0);
  }

  @ParameterizedTest
  @EnumSource(names = {"CHASE_C", "SHORTEST_CHASE_C", "CHASE_JAVA"})
  @DisplayName("an engine that finds a table elsewhere through stage 2 is not timed")
  void wrongFrame(Engine engine) {
    assumeTrue(engine.isAvailable());
    NestedImage image = NestedSpec.USUAL.build();
    MemorySegment copy = Arena.ofAuto().allocate(image.memory().byteSize(), 1 << 21);
    copy.copyFrom(image.memory());
    long table = image.root();
    for (int shift = 36; shift > 9; shift -= 9) {
      table = copy.get(ValueLayout.JAVA_LONG, entry(table, image.cr3(), shift)) & EntryBits.FRAME;
    }
    long leaf = entry(table, image.cr3(), 9);
    copy.set(ValueLayout.JAVA_LONG, leaf, copy.get(ValueLayout.JAVA_LONG, leaf) ^ 0x1000);
    NestedImage spoiled =
        new NestedImage(
            image.role(),
            image.layout(),
            copy,
            image.cr3(),
            image.root(),
            image.rootTable(),
            image.stage2Leaf(),
            image.access(),
            image.gvas(),
            image.window());
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> engine.loop(spoiled));
    assertTrue(e.getMessage().startsWith(engine.label() + " walked 0x"), e.getMessage());
  }

  @Test
  @DisplayName("an engine that knows one dimension alone says so")
  void oneDimension() {
    NestedImage image = NestedSpec.USUAL.build();
    assertThrows(UnsupportedOperationException.class, () -> Engine.REPACKED.loop(image));
  }
}
