package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/**
 * A guest with one 4-KiB page mapped. Each table has a slot of its own, read-only or not; the slots
 * of neighbouring levels are adjacent. All slots log dirty pages.
 */
final class MappedPage {
  /** The page that the tables lead to, in a writable slot. */
  static final long DATA = 0x20_0000L;

  /** Rights for everybody to do everything. */
  static final long ALL_RIGHTS = EntryBits.P | EntryBits.W | EntryBits.U;

  private static final long TABLES = 0x10_0000L;
  private static final int[] INDEXES = {0, 11, 9, 3, 5, 7};
  private static final long OFFSET = 0x678;

  private final PagingMode mode;
  private final SlotLayout layout;
  private final long[][] memory;
  private final Walker walker;
  private final VcpuState vcpu = new VcpuState();

  /**
   * A guest in which every level has the entry bits {@code bits}.
   *
   * @param readOnly bit n is set if the table of level n is in a read-only slot
   */
  MappedPage(Engine engine, Role role, int readOnly, long bits) {
    this(engine, role, readOnly, bits, (segment, base) -> Backing.of(segment));
  }

  /** As the other, with a choice of what backs the tables' slots. */
  MappedPage(Engine engine, Role role, int readOnly, long bits, TableBacking backing) {
    mode = role.mode();
    memory = new long[mode.topLevel() + 1][512];
    SlotLayout.Builder builder = SlotLayout.builder();
    for (int level = 0; level <= mode.topLevel(); level++) {
      Set<SlotFlag> flags = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES);
      if ((readOnly & 1 << level) != 0) {
        flags.add(SlotFlag.READONLY);
      }
      MemorySegment segment = MemorySegment.ofArray(memory[level]);
      builder.slot(
          table(level),
          MemSlot.PAGE_SIZE,
          flags,
          level == 0 ? Backing.of(segment) : backing.of(segment, table(level)));
    }
    layout = builder.build();
    reset(bits);
    walker = engine.walker(role, layout);
    assertEquals(Cr3Load.LOADED, vcpu.loadCr3(table(mode.topLevel()), role, layout));
  }

  /** What backs the slot of a table. */
  interface TableBacking {
    Backing of(MemorySegment segment, long baseGpa);
  }

  /** A role with these controls, as far as they exist in the mode, on a CPU of 40 address bits. */
  static Role role(PagingMode mode, Control... controls) {
    Set<Control> set = new HashSet<>(Set.of(controls));
    set.retainAll(Control.relevantIn(mode));
    return Role.of(mode, CpuFeatures.intel(40), set.toArray(Control[]::new));
  }

  /** Bit n for each level n whose table a walk reads from memory. */
  static int allLevels(PagingMode mode) {
    return (1 << (mode.topLevelInMemory() + 1)) - 2;
  }

  /** The page of a level's table; level 0 stands for the page mapped. */
  static long table(int level) {
    return level == 0 ? DATA : TABLES + level * MemSlot.PAGE_SIZE;
  }

  /** Sets the entries of all levels and cleans the dirty logs. */
  void reset(long bits) {
    for (int level = 1; level <= mode.topLevel(); level++) {
      set(level, bits);
    }
    for (MemSlot slot : layout.slots()) {
      long[] _ = slot.dirtyLog().getAndClear();
    }
  }

  /** Sets the entry of a level, bits without a frame; a PDPTE of PAE takes P only. */
  void set(int level, long bits) {
    boolean pdpte = mode == PagingMode.PAE && level == 3;
    long entry = table(level - 1) | (pdpte ? EntryBits.P : bits);
    int index = index(level);
    if (mode.entryBytes() == Integer.BYTES) {
      int shift = Integer.SIZE * (index & 1);
      long other = memory[level][index / 2] & ~(0xFFFF_FFFFL << shift);
      memory[level][index / 2] = other | entry << shift;
    } else {
      memory[level][index] = entry;
    }
  }

  /** The entry of a level without its frame. */
  long bits(int level) {
    int index = index(level);
    long entry =
        mode.entryBytes() == Integer.BYTES
            ? memory[level][index / 2] >>> (Integer.SIZE * (index & 1)) & 0xFFFF_FFFFL
            : memory[level][index];
    return entry - table(level - 1);
  }

  private static int index(int level) {
    return INDEXES[level];
  }

  /** The address that is mapped, not page-aligned. */
  long gva() {
    long gva = OFFSET;
    for (PagingLevel level : mode.levels()) {
      gva |= (long) index(level.number()) << level.shift();
    }
    return gva;
  }

  /** Where the address leads to. */
  static long gpa() {
    return DATA + OFFSET;
  }

  long walk(int access) {
    return walker.walk(vcpu, gva(), access);
  }

  long probe(int access) {
    return walker.probe(vcpu, gva(), access);
  }

  WalkTrace explain(int access) {
    return walker.explain(vcpu, gva(), access);
  }

  SlotLayout layout() {
    return layout;
  }

  /** All bytes of all slots. */
  String contents() {
    GuestMemory guest = new GuestMemory(layout);
    StringBuilder text = new StringBuilder();
    for (MemSlot slot : layout.slots()) {
      byte[] bytes = new byte[(int) slot.byteSize()];
      assertEquals(bytes.length, guest.read(slot.baseGpa(), bytes, 0, bytes.length));
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] != 0) {
          text.append(String.format(Locale.ROOT, "%x=%02x ", slot.baseGpa() + i, bytes[i]));
        }
      }
    }
    return text.toString();
  }

  /** The levels whose tables are marked dirty; 0 stands for the page mapped. */
  Set<Integer> dirtyLevels() {
    Set<Integer> levels = new TreeSet<>();
    for (int level = 0; level <= mode.topLevel(); level++) {
      if (layout.find(table(level) >>> MemSlot.PAGE_SHIFT).dirtyLog().count() != 0) {
        levels.add(level);
      }
    }
    return levels;
  }
}
