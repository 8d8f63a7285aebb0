package org.pagestamp.interpreter;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Assertions;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.EptBits;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;
import org.pagestamp.walk.Cr3Load;

/**
 * A nested guest of one chain of tables over {@value #PAGES} pages, each a slot of its own that
 * logs dirty pages. The guest's table of level n is at the guest-physical address {@link #frame
 * frame(n)}, and the chain leads {@link #gva} to frame(0). Stage 2 has a path for each frame, with
 * all rights; accessed and dirty bits are clear everywhere. Tests change entries and slots, then
 * walk.
 */
final class NestedGuest {
  static final int PAGES = 64;

  /** A byte in the page; not the first one. */
  private static final long OFFSET = 0x9A8;

  private static final long P = 1;
  private static final long W = 2;
  private static final long U = 4;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final NestedRole role;
  private final PagingMode mode;
  private final Stage2Format format;
  private final long gva;
  private final long[] words = new long[PAGES * 512];
  private final MemorySegment memory = MemorySegment.ofArray(words);
  private final RecordingMemory recording = new RecordingMemory(memory);
  private final Set<Integer> readOnly = new TreeSet<>();
  private final Set<Integer> holes = new TreeSet<>();
  private final Map<Long, Long> hostPages = new TreeMap<>();
  private final NestedState state = new NestedState();
  private InterpretedNestedWalker walker;
  private int pagesUsed = 1; // 0 is the root of stage 2

  NestedGuest(NestedRole role) {
    this.role = role;
    mode = role.guest().mode();
    format = role.stage2().format();
    gva = (mode.isLongMode() ? 0x7654_3210_9000L : 0x9432_1000L) + OFFSET;
    for (int level = mode.topLevel(); level >= 0; level--) {
      map(frame(level), newPage());
    }
    for (int level = mode.topLevel(); level > 0; level--) {
      guestEntry(level, frame(level - 1) | P | (mode == PagingMode.PAE && level == 3 ? 0 : W | U));
    }
    state.stage2().root(0);
  }

  NestedState state() {
    return state;
  }

  long gva() {
    return gva;
  }

  int top() {
    return mode.topLevel();
  }

  /** A frame whose path through stage 2 differs from the others' from the root on, if it can. */
  long frame(int level) {
    if (mode == PagingMode.NO_PAGING) {
      return gva & ~0xFFFL;
    }
    long low = (long) (level & 3) << 30 | (long) (level + 8) << 22 | (long) (level + 16) << 12;
    boolean wide = mode.isLongMode() && format.gpaBits() > 32;
    long high = (long) (level + 1) << 39 | (format.gpaBits() > 48 ? (long) (level + 1) << 48 : 0);
    return wide ? low | high : low;
  }

  private long newPage() {
    Assertions.assertTrue(pagesUsed < PAGES, "too few pages");
    return pagesUsed++ * 0x1000L;
  }

  /** Maps a frame of the guest by a 4-KiB page of stage 2. */
  private void map(long gpa, long page) {
    hostPages.put(gpa, page);
    long table = 0;
    for (Stage2Level level : format.levels()) {
      long entryGpa = table + (long) level.index(gpa) * format.entryBytes();
      if (level.number() == 1) {
        store(entryGpa, page | leafFlags(), format.entryBytes());
      } else {
        if (load(entryGpa, format.entryBytes()) == 0) {
          boolean pdpte = level.counted() == 0;
          store(entryGpa, newPage() | (pdpte ? P : tableFlags()), format.entryBytes());
        }
        table = load(entryGpa, format.entryBytes()) & format.tableMask();
      }
    }
  }

  private long tableFlags() {
    return EptBits.R | EptBits.W | EptBits.X | format.userExecute(); // also P, W and U
  }

  /** EPT leaves are write-back. */
  private long leafFlags() {
    return tableFlags() | (format.ept() ? 6L << EptBits.TYPE_SHIFT : 0);
  }

  /** Where the page of a frame is, in the slots. */
  long hostPage(int level) {
    return hostPages.get(frame(level));
  }

  /** The address in the guest's own terms of its entry at a level; of level 0: of the byte. */
  long gpa(int level) {
    if (level == 0) {
      return frame(0) | OFFSET;
    }
    return frame(level) | (long) mode.level(level).index(gva) * mode.entryBytes();
  }

  /** The guest's entry of a level, as memory has it now. */
  long guestEntry(int level) {
    return load(hostPage(level) | (gpa(level) & 0xFFF), mode.entryBytes());
  }

  NestedGuest guestEntry(int level, long value) {
    store(hostPage(level) | (gpa(level) & 0xFFF), value, mode.entryBytes());
    return this;
  }

  /** Where stage 2 has its entry of {@code number} for the guest's frame of {@code level}. */
  long stage2Gpa(int level, int number) {
    long table = 0;
    for (Stage2Level rules : format.levels()) {
      long entryGpa = table + (long) rules.index(frame(level)) * format.entryBytes();
      if (rules.number() == number) {
        return entryGpa;
      }
      table = load(entryGpa, format.entryBytes()) & format.tableMask();
    }
    throw new AssertionError("stage 2 has no level " + number);
  }

  long stage2Entry(int level, int number) {
    return load(stage2Gpa(level, number), format.entryBytes());
  }

  NestedGuest stage2Entry(int level, int number, long value) {
    store(stage2Gpa(level, number), value, format.entryBytes());
    return this;
  }

  NestedGuest stage2Set(int level, int number, long bits) {
    return stage2Entry(level, number, stage2Entry(level, number) | bits);
  }

  NestedGuest stage2Clear(int level, int number, long bits) {
    return stage2Entry(level, number, stage2Entry(level, number) & ~bits);
  }

  long load(long gpa, int bytes) {
    return bytes == 4 ? Integer.toUnsignedLong(memory.get(INT, gpa)) : memory.get(LONG, gpa);
  }

  void store(long gpa, long value, int bytes) {
    if (bytes == 4) {
      memory.set(INT, gpa, (int) value);
    } else {
      memory.set(LONG, gpa, value);
    }
  }

  /** Puts the page of an address into a read-only slot. */
  NestedGuest readOnly(long gpa) {
    readOnly.add((int) (gpa >>> 12));
    return this;
  }

  /** Takes the slot of an address away. */
  NestedGuest hole(long gpa) {
    holes.add((int) (gpa >>> 12));
    return this;
  }

  /** The memory as an accessor that records; the guest uses it from then on. */
  RecordingMemory record() {
    Assertions.assertNull(walker, "recording starts before the first walk");
    recording.use();
    return recording;
  }

  SlotLayout layout() {
    SlotLayout.Builder builder = SlotLayout.builder();
    for (int page = 0; page < PAGES; page++) {
      if (!holes.contains(page)) {
        Set<SlotFlag> flags = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES);
        if (readOnly.contains(page)) {
          flags.add(SlotFlag.READONLY);
        }
        Backing backing =
            recording.inUse() ? Backing.of(recording) : Backing.of(memory, page * 0x1000L);
        builder.slot(page * 0x1000L, 0x1000, flags, backing);
      }
    }
    return builder.build();
  }

  InterpretedNestedWalker walker() {
    if (walker == null) {
      walker = new InterpretedNestedWalker(role, layout());
    }
    return walker;
  }

  Cr3Load loadCr3() {
    return walker().loadCr3(state, frame(top()));
  }

  /** Loads CR3 before. */
  long walk(int access) {
    Assertions.assertEquals(Cr3Load.LOADED, loadCr3());
    return walker().walk(state, gva, access);
  }

  long probe(int access) {
    return walker().probe(state, gva, access);
  }

  /** The pages that are marked dirty. */
  Set<Long> dirtyPages() {
    Set<Long> pages = new TreeSet<>();
    for (MemSlot slot : walker().layout().slots()) {
      if (slot.dirtyLog().isDirty(0)) {
        pages.add(slot.baseGpa());
      }
    }
    return pages;
  }

  /** A copy of all memory. */
  long[] contents() {
    return words.clone();
  }
}
