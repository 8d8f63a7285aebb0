package org.pagestamp.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;

/**
 * Builds a {@link TableImage}: a tree of tables in which every table of a level has the same number
 * of entries, at random indexes, in frames drawn at random from the slots in use.
 */
final class ImageBuilder {
  private static final ValueLayout.OfLong ENTRY =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long SEED = 20260101;

  private final Role role;
  private final SlotShape shape;
  private final int[] fanOut;
  private final Random random = new Random(SEED);
  private final MemorySegment memory;
  private final Deque<Long> freeFrames;
  private final List<Long> gvas = new ArrayList<>();

  /**
   * An image for a mode of 8-byte entries that are all read from memory.
   *
   * @param fanOut entries in use per table, the root's first
   */
  private ImageBuilder(Role role, SlotShape shape, int... fanOut) {
    if (!role.mode().isLongMode() || fanOut.length != role.mode().topLevel()) {
      throw new IllegalArgumentException(
          role.mode().label() + " with " + fanOut.length + " levels");
    }
    this.role = role;
    this.shape = shape;
    this.fanOut = fanOut;
    // A power of two, so that the chase can keep addresses inside by a mask.
    long byteSize = Long.highestOneBit(shape.end() - 1) << 1;
    this.memory = Arena.ofAuto().allocate(byteSize, MemSlot.PAGE_SIZE);
    this.freeFrames = shuffledFrames();
  }

  /**
   * 4-level tables that stay in a CPU's inner caches: 1,024 user pages of 4 KiB under 1 + 2 + 8 +
   * 64 tables, 2,048 addresses.
   */
  static TableImage small(SlotShape shape) {
    Role role =
        Role.of(
            PagingMode.FOUR_LEVEL, CpuFeatures.intel(46), Control.WP, Control.NXE, Control.SMEP);
    return new ImageBuilder(role, shape, 2, 4, 8, 16).build(2);
  }

  private Deque<Long> shuffledFrames() {
    List<Long> frames = new ArrayList<>();
    for (SlotShape.Range slot : shape.slotsInUse()) {
      for (long offset = 0; offset < slot.byteSize(); offset += MemSlot.PAGE_SIZE) {
        frames.add(slot.base() + offset);
      }
    }
    Collections.shuffle(frames, random);
    return new ArrayDeque<>(frames);
  }

  private TableImage build(int timesEach) {
    long cr3 = freeFrames.pop();
    fill(role.mode().levels().getFirst(), cr3, 0);
    return new TableImage(role, layout(), memory, cr3, 1, Access.USER, shuffledGvas(timesEach));
  }

  private void fill(PagingLevel level, long table, long gva) {
    int depth = role.mode().topLevel() - level.number();
    // Neighbours share cache lines, as the entries of a program's pages do.
    int first = random.nextInt(level.entries() / 2 / fanOut[depth]) * fanOut[depth];
    for (int i = first; i < first + fanOut[depth]; i++) {
      long target = freeFrames.pop();
      memory.set(ENTRY, table + (long) i * Long.BYTES, target | flags(level));
      long mapped = gva | (long) i << level.shift();
      if (level.number() == 1) {
        gvas.add(mapped);
      } else {
        fill(role.mode().level(level.number() - 1), target, mapped);
      }
    }
  }

  private static long flags(PagingLevel level) {
    long dirty = level.number() == 1 ? EntryBits.D : 0;
    return EntryBits.P | EntryBits.W | EntryBits.U | EntryBits.A | dirty;
  }

  private long[] shuffledGvas(int timesEach) {
    long[] shuffled = new long[gvas.size() * timesEach];
    for (int i = 0; i < timesEach; i++) {
      Collections.shuffle(gvas, random);
      int start = i * gvas.size();
      for (int j = 0; j < gvas.size(); j++) {
        shuffled[start + j] = gvas.get(j) | random.nextInt((int) MemSlot.PAGE_SIZE);
      }
    }
    return shuffled;
  }

  private SlotLayout layout() {
    SlotLayout.Builder builder = SlotLayout.builder();
    for (SlotShape.Range slot : shape.slots()) {
      builder.ram(slot.base(), Backing.of(memory.asSlice(slot.base(), slot.byteSize())));
    }
    return builder.build();
  }
}
