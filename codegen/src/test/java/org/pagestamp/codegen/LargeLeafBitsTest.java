package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/**
 * Bits of the leaf of a large page, one by one: those that a result has, and those that it has not,
 * where generated classes have a short way for leaves without any of the latter.
 */
class LargeLeafBitsTest {
  private static final long GVA = 0x1_2345L;
  private static final long ROOT = 0x1000;
  private static final long DIRECTORY = 0x2000;
  private static final long COMMON =
      EntryBits.P | EntryBits.W | EntryBits.U | EntryBits.A | EntryBits.D | EntryBits.PS;

  /**
   * A class to try.
   *
   * @param slotBytes of the one slot: smaller than a page, or larger
   */
  record Shape(PagingMode mode, int level, int slotBytes) {}

  static Stream<Shape> shapes() {
    return Stream.of(0x4000, 0x80_0000)
        .flatMap(
            bytes ->
                Stream.of(
                    new Shape(PagingMode.TWO_LEVEL, 2, bytes),
                    new Shape(PagingMode.PAE, 2, bytes),
                    new Shape(PagingMode.FOUR_LEVEL, 2, bytes),
                    new Shape(PagingMode.FOUR_LEVEL, 3, bytes),
                    new Shape(PagingMode.FIVE_LEVEL, 2, bytes),
                    new Shape(PagingMode.FIVE_LEVEL, 3, bytes)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void eachBitOfTheLeafCountsAsItDoesInTheReference(Shape shape) {
    Role role =
        Role.of(
            shape.mode(),
            new CpuFeatures(40, true, false),
            Control.relevantIn(shape.mode()).contains(Control.PSE)
                ? new Control[] {Control.PSE}
                : new Control[0]);
    MemorySegment memory = MemorySegment.ofArray(new long[shape.slotBytes() / Long.BYTES]);
    SlotLayout layout = SlotLayout.builder().ram(0, Backing.of(memory)).build();
    Walker generated = new Stamper().stamp(role, layout);
    Walker interpreted = new InterpretedWalker(role, layout);
    VcpuState vcpu = new VcpuState();
    vcpu.cr3(ROOT);
    vcpu.pdpte(0, DIRECTORY | EntryBits.P);
    int successes = 0;
    for (long bit = 0; bit < 8L * shape.mode().entryBytes(); bit++) {
      for (int access : new int[] {Access.READ, Access.WRITE | Access.USER, Access.FETCH}) {
        writeTables(memory, shape, COMMON ^ (1L << bit));
        long expected = interpreted.probe(vcpu, GVA, access);
        String what = "bit " + bit + ", " + Access.toString(access);
        assertEquals(expected, generated.walk(vcpu, GVA, access), what);
        successes += WalkResult.isFault(expected) ? 0 : 1;
      }
    }
    assertFalse(successes < 40, successes + " successes");
  }

  /** The tables are in four pages, one after the other; each entry is the first of its table. */
  private static void writeTables(MemorySegment memory, Shape shape, long leaf) {
    memory.fill((byte) 0);
    int top = shape.mode().topLevelInMemory();
    long table = shape.mode() == PagingMode.PAE ? DIRECTORY : ROOT;
    for (int level = top; level > shape.level(); level--) {
      long next = (table + 0x1000) & 0x3000;
      put(memory, shape, table, next | (COMMON & ~(EntryBits.PS | EntryBits.D)));
      table = next;
    }
    put(memory, shape, table, leaf);
  }

  private static void put(MemorySegment memory, Shape shape, long gpa, long entry) {
    if (shape.mode().entryBytes() == Integer.BYTES) {
      memory.set(GeneratedWalker.INT, gpa, (int) entry);
    } else {
      memory.set(GeneratedWalker.LONG, gpa, entry);
    }
  }
}
