package org.pagestamp.codegen;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Format;

/**
 * Memory full of tables of both dimensions, each page those of one level, with entries that lead on
 * to random pages of the next; now and then one deviates, by a bit or by where it leads. The guest
 * uses few frames, so walks share entries of stage 2, and its tables are also its pages.
 */
final class NestedTablesAtRandom {
  private static final int PAGES = 64;
  private static final int WORDS = PAGES * 512;
  private static final int FRAMES = 24;
  private static final long IN_MEMORY = (PAGES - 1) << 12;
  private static final long LEFT_ON = EntryBits.P | EntryBits.W | EntryBits.U; // also R, W and X

  private final NestedRole role;
  private final Stage2Format format;
  private final PagingMode mode;
  private final int kinds;
  private final long[] words = new long[WORDS];
  private final SlotLayout layout;
  private final long[] frames = new long[FRAMES];
  private int oneIn;

  NestedTablesAtRandom(NestedWalkAllTest.Shape shape) {
    role = shape.role();
    mode = role.guest().mode();
    format = role.stage2().format();
    kinds = format.topLevel() + 1; // the guest's tables, and those of each level of stage 2
    layout = layout(shape);
  }

  private SlotLayout layout(NestedWalkAllTest.Shape shape) {
    MemorySegment memory = MemorySegment.ofArray(words);
    int slots = shape.writable() + shape.readOnly();
    long bytes = memory.byteSize() / slots & -MemSlot.PAGE_SIZE;
    SlotLayout.Builder builder = SlotLayout.builder();
    for (int i = 0; i < slots; i++) {
      Set<SlotFlag> flags = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES);
      if (i >= shape.writable()) {
        flags.add(SlotFlag.READONLY);
      }
      builder.slot(i * bytes, bytes, flags, Backing.of(memory.asSlice(i * bytes, bytes)));
    }
    return builder.build();
  }

  SlotLayout layout() {
    return layout;
  }

  long[] words() {
    return words;
  }

  /** Other tables, which deviate more or less often. */
  void fill(SplittableRandom random) {
    oneIn = 1 << (5 + random.nextInt(6));
    for (int i = 0; i < FRAMES; i++) {
      long width = Math.min(Math.min(format.gpaBits(), 40), mode.isLongMode() ? 40 : 32);
      long frame = random.nextLong() & ((1L << width) - 1) & EntryBits.FRAME;
      frames[i] = i % 2 == 0 ? frame : frame & IN_MEMORY; // if in a large page
    }
    for (int page = 0; page < PAGES; page++) {
      int kind = page % kinds;
      boolean half = (kind == 0 ? mode.entryBytes() : format.entryBytes()) == Integer.BYTES;
      for (int i = 512 * page; i < 512 * (page + 1); i++) {
        words[i] = entry(kind, random);
        if (half) {
          words[i] = (words[i] & 0xFFFF_FFFFL) | (entry(kind, random) << 32);
        }
      }
    }
  }

  private long entry(int kind, SplittableRandom random) {
    long entry = kind == 0 ? guestEntry(random) : stage2Entry(kind, random);
    if (random.nextInt(oneIn) == 0) {
      entry ^= 1L << random.nextInt(12);
    }
    if (random.nextInt(4 * oneIn) == 0) {
      entry ^= 1L << random.nextInt(64);
    }
    return entry;
  }

  private long guestEntry(SplittableRandom random) {
    long entry = frames[random.nextInt(FRAMES)] | LEFT_ON | EntryBits.A;
    return random.nextInt(8) == 0 ? entry : entry | EntryBits.D;
  }

  private long stage2Entry(int level, SplittableRandom random) {
    boolean elsewhere = random.nextInt(oneIn) == 0;
    long entry = (elsewhere ? random.nextInt(PAGES + 1) : page(level - 1, random)) << 12;
    if (format.level(level).counted() == 0) {
      return entry | EntryBits.P;
    }
    entry |= LEFT_ON | format.level(level).accessed();
    boolean large = level == 2 && format.level(2).leafBits() != 0 && random.nextInt(4) == 0;
    if (large) {
      entry &= (EntryBits.FRAME_32 & -format.level(2).pageSize()) | 0xFFF;
      entry |= format.level(2).leafBits();
    }
    if (format.ept()) {
      entry |= format.userExecute();
    }
    if (level == 1 || large) {
      entry |= format.ept() ? 6 << 3 : 0; // write-back
      entry |= random.nextInt(16) == 0 ? 0 : format.level(1).dirty();
    }
    return entry;
  }

  /** A page of a kind. */
  private long page(int kind, SplittableRandom random) {
    return kind + (long) kinds * random.nextInt((PAGES - kind + kinds - 1) / kinds);
  }

  void copyFrom(NestedTablesAtRandom other) {
    System.arraycopy(other.words, 0, words, 0, WORDS);
  }

  /** Registers of a guest that mostly have its walks begin at tables. */
  NestedState registers(SplittableRandom random) {
    NestedState state = new NestedState();
    state.guest().cr3(random.nextInt(16) == 0 ? random.nextLong() : frames[0]);
    state.guest().pkru(random.nextInt(2) == 0 ? 0 : random.nextInt());
    for (int i = 0; i < 4; i++) {
      state.guest().pdpte(i, frames[i] | (random.nextInt(16) == 0 ? 0 : EntryBits.P));
    }
    state.stage2().root(page(random.nextInt(16) == 0 ? 0 : format.topLevel(), random) << 12);
    return state;
  }

  /** Addresses for a batch, nearly all canonical. */
  long[] gvas(SplittableRandom random) {
    long[] gvas = new long[random.nextInt(100)];
    for (int i = 0; i < gvas.length; i++) {
      long gva = random.nextLong();
      gvas[i] = random.nextInt(32) == 0 ? gva : gva >> (64 - Math.max(mode.gvaBits(), 32));
    }
    return gvas;
  }

  /** The pages that were marked dirty since the last question, as words of bits. */
  List<Long> takeDirtyPages() {
    List<Long> dirty = new ArrayList<>();
    for (MemSlot slot : layout.slots()) {
      for (long bits : slot.dirtyLog().getAndClear()) {
        dirty.add(bits);
      }
    }
    return dirty;
  }
}
