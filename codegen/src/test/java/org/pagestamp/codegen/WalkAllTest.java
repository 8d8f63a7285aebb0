package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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

/** Batches are loops of walks, as far as anybody can see. */
class WalkAllTest {
  private static final int PAGES = 64;
  private static final int WORDS = PAGES * 512;
  private static final int ROUNDS = 40;
  private static final int[] ACCESSES = {
    Access.READ | Access.USER, Access.WRITE | Access.USER, Access.WRITE, Access.FETCH | Access.USER
  };

  /** More than {@link #CPU} can address, so that entries that lead there are reserved. */
  private static final long HIGH = 1L << 45;

  private static final CpuFeatures CPU = CpuFeatures.intel(40);

  /**
   * How the slots of 64 pages lie: their number, how many of them are read-only, and whether they
   * are at {@link #HIGH} again.
   */
  record Shape(PagingMode mode, int slots, int readOnly, boolean allControls, boolean high) {
    Shape(PagingMode mode, int slots, int readOnly, boolean allControls) {
      this(mode, slots, readOnly, allControls, false);
    }
  }

  static Stream<Shape> shapes() {
    return Stream.of(PagingMode.values())
        .flatMap(
            mode ->
                Stream.of(
                    new Shape(mode, 1, 0, true),
                    new Shape(mode, 1, 0, false),
                    new Shape(mode, 3, 0, true),
                    new Shape(mode, 1, 0, true, true),
                    new Shape(mode, 16, 4, true)));
  }

  private static Role role(Shape shape) {
    Set<Control> controls = shape.allControls() ? Control.relevantIn(shape.mode()) : Set.of();
    return Role.of(shape.mode(), CPU, controls.toArray(Control[]::new));
  }

  private static SlotLayout layout(Shape shape, long[] words) {
    MemorySegment memory = MemorySegment.ofArray(words);
    SlotLayout.Builder builder = SlotLayout.builder();
    long bytes = memory.byteSize() / shape.slots() & -4096;
    for (int i = 0; i < shape.slots(); i++) {
      Backing backing = Backing.of(memory.asSlice(i * bytes, bytes));
      if (i < shape.slots() - shape.readOnly()) {
        builder.ram(i * bytes, backing);
      } else {
        builder.rom(i * bytes, backing);
      }
    }
    if (shape.high()) {
      builder.ram(HIGH, Backing.of(memory));
    }
    return builder.build();
  }

  /** Entries that mostly lead on, each with a chance of every deviation. */
  private static void fill(long[] words, PagingMode mode, Random random) {
    for (int i = 0; i < WORDS; i++) {
      words[i] = entry(random);
      if (mode.entryBytes() == Integer.BYTES) {
        words[i] = (words[i] & 0xFFFF_FFFFL) | (entry(random) << 32);
      }
    }
  }

  private static long entry(Random random) {
    long entry = (long) random.nextInt(PAGES + 1) << 12;
    entry |= EntryBits.P | EntryBits.W | EntryBits.U | EntryBits.A | EntryBits.D;
    if (random.nextInt(4) == 0) {
      entry ^= 1L << random.nextInt(12);
    }
    if (random.nextInt(16) == 0) {
      entry ^= 1L << random.nextInt(64);
    }
    return entry;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void aBatchIsALoopOfWalks(Shape shape) {
    Role role = role(shape);
    Random random = new Random(7);
    long[] batchWords = new long[WORDS];
    long[] loopWords = new long[WORDS];
    Walker batch = new Stamper().stamp(role, layout(shape, batchWords));
    Walker loop = new InterpretedWalker(role, layout(shape, loopWords));
    int successes = 0;
    for (int round = 0; round < ROUNDS; round++) {
      fill(batchWords, shape.mode(), random);
      System.arraycopy(batchWords, 0, loopWords, 0, WORDS);
      VcpuState vcpu = new VcpuState();
      vcpu.cr3((long) random.nextInt(PAGES) << 12);
      vcpu.pkru(random.nextInt());
      for (int i = 0; i < 4; i++) {
        vcpu.pdpte(i, entry(random) & (EntryBits.FRAME | EntryBits.P));
      }
      long[] gvas = random.longs(random.nextInt(300)).toArray();
      for (int i = 0; i < gvas.length; i++) {
        gvas[i] = random.nextInt(8) == 0 ? gvas[i] : gvas[i] >> (64 - shape.mode().gvaBits());
      }
      int access = ACCESSES[round % ACCESSES.length];
      long[] results = new long[gvas.length + 1];
      long[] expected = new long[gvas.length + 1];
      batch.walkAll(vcpu, gvas, access, results);
      for (int i = 0; i < gvas.length; i++) {
        expected[i] = loop.walk(vcpu, gvas[i], access);
        successes += WalkResult.isFault(expected[i]) ? 0 : 1;
      }
      assertArrayEquals(expected, results, () -> shape + " " + Access.toString(access));
      assertArrayEquals(loopWords, batchWords, () -> shape + " " + Access.toString(access));
    }
    assertTrue(successes > ROUNDS, successes + " successes");
  }

  @Test
  void aBatchRefusesWhatAWalkRefuses() {
    SlotLayout layout = layout(new Shape(PagingMode.FOUR_LEVEL, 1, 0, true), new long[WORDS]);
    Walker walker = new Stamper().stamp(Layouts.FOUR_LEVEL, layout);
    VcpuState vcpu = new VcpuState();
    long[] two = new long[2];
    assertThrows(
        IllegalArgumentException.class,
        () -> walker.walkAll(vcpu, two, Access.WRITE | Access.FETCH, two));
    var tooShort =
        assertThrows(
            IllegalArgumentException.class,
            () -> walker.walkAll(vcpu, two, Access.READ, new long[1]));
    assertEquals("results has room for 1 of 2 addresses", tooShort.getMessage());
  }

  /** The array of the addresses may be that of the results. */
  @ParameterizedTest
  @EnumSource(PagingMode.class)
  void resultsMayReplaceTheirAddresses(PagingMode mode) {
    Shape shape = new Shape(mode, 1, 0, true);
    long[] words = new long[WORDS];
    fill(words, mode, new Random(11));
    Walker walker = new Stamper().stamp(role(shape), layout(shape, words));
    VcpuState vcpu = VcpuState.observer(new VcpuState());
    long[] gvas = new Random(13).longs(100, 0, 1L << 31).toArray();
    long[] expected = new long[gvas.length];
    walker.walkAll(vcpu, gvas, Access.READ, expected);
    walker.walkAll(vcpu, gvas, Access.READ, gvas);
    assertArrayEquals(expected, gvas);
  }
}
