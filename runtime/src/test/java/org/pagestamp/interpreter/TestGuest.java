package org.pagestamp.interpreter;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assertions;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkTrace;

/**
 * A guest of 16 pages, each a slot of its own that logs dirty pages, with one chain of tables: the
 * table of level n is page n, and the chain leads {@link #gva} to {@link #PAGE}. All entries start
 * with P, W and U set and A and D clear. Tests change entries and slots, then walk.
 */
final class TestGuest {
  static final long P = 1;
  static final long W = 1 << 1;
  static final long U = 1 << 2;
  static final long PWT = 1 << 3;
  static final long PCD = 1 << 4;
  static final long A = 1 << 5;
  static final long D = 1 << 6;
  static final long PS = 1 << 7;
  static final long G = 1 << 8;
  static final long NX = 1L << 63;

  /** An ignored bit of every entry. */
  static final long IGNORED = 1 << 9;

  static final int PAGES = 16;

  /** The 4-KiB page that the chain leads to. */
  static final long PAGE = 0x9000;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Role role;
  private final long gva;
  private final long[] words = new long[PAGES * 512];
  private final MemorySegment memory = MemorySegment.ofArray(words);
  private final RecordingMemory recording = new RecordingMemory(memory);
  private final Set<Integer> readOnly = new TreeSet<>();
  private final Set<Integer> holes = new TreeSet<>();
  private final VcpuState vcpu = new VcpuState();
  private InterpretedWalker walker;

  private TestGuest(Role role, long gva) {
    this.role = role;
    this.gva = gva;
    for (int level = top(); level > 0; level--) {
      long next = level == 1 ? PAGE : table(level - 1);
      entry(level, next | P | (role.mode() == PagingMode.PAE && level == 3 ? 0 : W | U));
    }
  }

  /** A guest whose chain translates an address with a different index at each level. */
  static TestGuest of(Role role) {
    return at(role, role.mode().isLongMode() ? 0x7654_3210_9000L : 0x9432_1000L);
  }

  static TestGuest at(Role role, long gva) {
    return new TestGuest(role, gva);
  }

  /** A role on a CPU with MAXPHYADDR 46 and 1-GiB pages. */
  static Role role(PagingMode mode, Control... controls) {
    return Role.of(mode, CpuFeatures.intel(46), controls);
  }

  /** A role with those of the controls that count in its mode. */
  static Role roleWith(PagingMode mode, Set<Control> controls) {
    Set<Control> relevant = EnumSet.copyOf(Control.relevantIn(mode));
    relevant.retainAll(controls);
    return role(mode, relevant.toArray(Control[]::new));
  }

  long gva() {
    return gva;
  }

  int top() {
    return role.mode().topLevel();
  }

  /** The highest level whose entries a walk reads from memory and has rights and A. */
  int topInMemory() {
    return role.mode() == PagingMode.PAE ? 2 : top();
  }

  static long table(int level) {
    return level * 0x1000L;
  }

  private int entryBytes() {
    return role.mode() == PagingMode.TWO_LEVEL ? 4 : 8;
  }

  int index(int level) {
    int bits = entryBytes() == 4 ? 10 : 9;
    return (int) (gva >>> (12 + (level - 1) * bits)) & (1 << bits) - 1;
  }

  long entryGpa(int level) {
    int index = role.mode() == PagingMode.PAE && level == 3 ? index(3) & 3 : index(level);
    return table(level) + (long) index * entryBytes();
  }

  /** The entry of a level, as memory has it now. */
  long entry(int level) {
    return load(entryGpa(level));
  }

  TestGuest entry(int level, long value) {
    return store(entryGpa(level), value);
  }

  TestGuest set(int level, long bits) {
    return entry(level, entry(level) | bits);
  }

  TestGuest clear(int level, long bits) {
    return entry(level, entry(level) & ~bits);
  }

  /** Sets A in every entry and D in the leaf, which level this is, as if written before. */
  TestGuest usedBefore(int leaf) {
    for (int level = topInMemory(); level >= leaf; level--) {
      set(level, level == leaf ? A | D : A);
    }
    return this;
  }

  long load(long gpa) {
    return entryBytes() == 4 ? Integer.toUnsignedLong(memory.get(INT, gpa)) : memory.get(LONG, gpa);
  }

  TestGuest store(long gpa, long value) {
    if (entryBytes() == 4) {
      memory.set(INT, gpa, (int) value);
    } else {
      memory.set(LONG, gpa, value);
    }
    return this;
  }

  /** Puts pages, such as a level's table, into read-only slots. */
  TestGuest readOnly(int... pages) {
    Arrays.stream(pages).forEach(readOnly::add);
    return this;
  }

  /** Takes the slots of pages, such as a level's table, away. */
  TestGuest hole(int... pages) {
    Arrays.stream(pages).forEach(holes::add);
    return this;
  }

  VcpuState vcpu() {
    return vcpu;
  }

  /** The memory as an accessor that records updates; the guest uses it from then on. */
  RecordingMemory record() {
    Assertions.assertNull(walker, "recording starts before the first walk");
    recording.use();
    return recording;
  }

  /** The walker; the first call loads CR3. */
  InterpretedWalker walker() {
    if (walker == null) {
      walker = new InterpretedWalker(role, layout());
      Cr3Load load = vcpu.loadCr3(table(top()), role, walker.layout());
      Assertions.assertEquals(Cr3Load.LOADED, load);
    }
    return walker;
  }

  private SlotLayout layout() {
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

  long walk(int access) {
    return walker().walk(vcpu, gva, access);
  }

  long probe(int access) {
    return walker().probe(vcpu, gva, access);
  }

  WalkTrace explain(int access) {
    return walker().explain(vcpu, gva, access);
  }

  /** The pages that are marked dirty. */
  Set<Integer> dirtyPages() {
    Set<Integer> pages = new TreeSet<>();
    for (MemSlot slot : walker().layout().slots()) {
      if (slot.dirtyLog().isDirty(0)) {
        pages.add((int) slot.baseGfn());
      }
    }
    return pages;
  }

  /** A copy of all memory. */
  long[] contents() {
    return words.clone();
  }

  /** Fails if memory differs from an earlier copy or a page is marked dirty. */
  void assertUntouched(long[] before) {
    Assertions.assertArrayEquals(before, words, "memory changed");
    Assertions.assertEquals(Set.of(), dirtyPages(), "dirty pages");
  }
}
