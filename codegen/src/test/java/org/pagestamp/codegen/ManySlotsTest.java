package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/** Slot lookup in generated classes, from one slot to as many as KVM has. */
class ManySlotsTest {
  /** Entries in use of each table, and the addresses that they translate. */
  private static final int ENTRIES = 8;

  private static final long GVA_OF_FIRST_ENTRIES =
      (7L << 39) | (7L << 30) | (7L << 21) | (7L << 12) | 0xFFF;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8, 9, 64, 509, 4_096, 32_764})
  void edgesOfSlotsAreExact(int count) {
    SlotLayout layout = Layouts.everyOtherPage(count, MemorySegment.ofArray(new long[count * 512]));
    Walker walker = new Stamper().stamp(Role.of(PagingMode.NO_PAGING, intel()), layout);
    VcpuState vcpu = new VcpuState();
    for (MemSlot slot : layout.slots()) {
      long base = slot.baseGpa();
      long end = base + slot.byteSize();
      assertInSlot(walker, vcpu, base - 1, layout.find((base - 1) >>> 12) != null);
      assertInSlot(walker, vcpu, base, true);
      assertInSlot(walker, vcpu, end - 1, true);
      assertInSlot(walker, vcpu, end, layout.find(end >>> 12) != null);
    }
  }

  private static void assertInSlot(Walker walker, VcpuState vcpu, long gpa, boolean expected) {
    long result = walker.probe(vcpu, gpa, Access.READ);
    assertEquals(expected, !WalkResult.isInNoSlot(result), () -> Long.toHexString(gpa));
  }

  /** Random four-level walks with a table page in each slot; every result and all memory agree. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8, 9, 64, 509, 4_096, 32_764})
  void walksThroughTablesInAllSlotsAgreeWithTheReference(int count) {
    try (Arena arena = Arena.ofShared()) {
      long bytes = count * MemSlot.PAGE_SIZE;
      MemorySegment ours = arena.allocate(bytes, MemSlot.PAGE_SIZE);
      MemorySegment theirs = arena.allocate(bytes, MemSlot.PAGE_SIZE);
      Random random = new Random(count);
      for (long offset = 0; offset < bytes; offset += MemSlot.PAGE_SIZE) {
        for (int index = 0; index < ENTRIES; index++) {
          ours.set(ValueLayout.JAVA_LONG, offset + index * 8L, entry(count, random));
        }
      }
      theirs.copyFrom(ours);
      compareWalks(count, ours, theirs, random);
    }
  }

  /** Mostly a pointer to a random slot's page; now and then to a hole, or with odd bits. */
  private static long entry(int count, Random random) {
    long gfn = 2L * random.nextInt(count) + (random.nextInt(50) == 0 ? 0 : 1);
    long flags = random.nextInt(20) == 0 ? random.nextInt(0x200) : 7 | (random.nextInt(4) << 5);
    return (gfn << 12) | flags;
  }

  private static void compareWalks(
      int count, MemorySegment ours, MemorySegment theirs, Random random) {
    Role role = Layouts.FOUR_LEVEL;
    Walker generated = new Stamper().stamp(role, Layouts.everyOtherPage(count, ours));
    Walker interpreted = new InterpretedWalker(role, Layouts.everyOtherPage(count, theirs));
    VcpuState vcpu = new VcpuState();
    int successes = 0;
    for (int i = 0; i < 20_000; i++) {
      vcpu.cr3((2L * random.nextInt(count) + 1) << 12);
      long gva = random.nextLong() & GVA_OF_FIRST_ENTRIES;
      int access = random.nextBoolean() ? Access.USER : Access.WRITE;
      long expected = interpreted.walk(vcpu, gva, access);
      long actual = generated.walk(vcpu, gva, access);
      assertEquals(WalkResult.toString(expected), WalkResult.toString(actual));
      assertEquals(expected, actual);
      successes += WalkResult.isFault(actual) ? 0 : 1;
    }
    assertTrue(successes > 0, "no walk succeeded");
    assertEquals(-1, ours.mismatch(theirs));
  }

  @Test
  void layoutsTooScatteredForATableAreSearched() {
    SlotLayout layout = Layouts.scattered();
    String listing = new Stamper().generate(Layouts.FOUR_LEVEL, layout).listing();
    assertTrue(listing.contains("search("), listing);
    Walker walker = new Stamper().stamp(Layouts.FOUR_LEVEL, layout);
    Walker reference = new InterpretedWalker(Layouts.FOUR_LEVEL, layout);
    VcpuState vcpu = new VcpuState();
    for (MemSlot slot : layout.slots()) {
      for (long gfn = slot.baseGfn() - 1; gfn <= slot.baseGfn() + 1; gfn++) {
        vcpu.cr3(gfn << 12);
        assertEquals(reference.walk(vcpu, 0, Access.READ), walker.walk(vcpu, 0, Access.READ));
      }
    }
  }

  private static CpuFeatures intel() {
    return CpuFeatures.intel(46);
  }
}
