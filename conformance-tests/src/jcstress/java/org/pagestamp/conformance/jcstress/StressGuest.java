package org.pagestamp.conformance.jcstress;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * A guest whose tables are dealt out in parts: a directory entry and two tables for each.
 *
 * <p>A test makes millions of states, far too many to stamp a walker for each. So all states share
 * one walker and one memory, and each takes the next {@link GuestPart} in turn.
 */
final class StressGuest {
  /**
   * How many parts there are: four times what jcstress keeps alive. So a part is free when its turn
   * comes, and what it left in a dirty log has been taken by a later state's reader.
   */
  static final int PARTS = 4 * StressRun.STATES;

  private static final long PAGE = MemSlot.PAGE_SIZE;
  private static final long ROOT = PAGE;
  private static final long LEVEL_3 = 2 * PAGE;
  private static final long DIRECTORIES = 4 * PAGE;
  private static final long TABLES = 64 * PAGE;

  /** The slots of the tables; so few that the generated walker tells them apart by compares. */
  private static final int TABLE_SLOTS = 4;

  private static final long TABLE_SLOT_BYTES = 2L * PARTS / TABLE_SLOTS * PAGE;
  private static final long BYTES = TABLES + TABLE_SLOTS * TABLE_SLOT_BYTES;

  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final PagingMode mode;
  private final boolean wide;
  private final MemorySegment memory;
  private final GuestMemory devices;
  private final Walker walker;

  private final AtomicLong turns = new AtomicLong();
  private final AtomicLongArray owners = new AtomicLongArray(PARTS);

  private final List<MemSlot> slots;

  /** What readers have taken from the logs: they take the marks of other states too. */
  private final AtomicLongArray taken = new AtomicLongArray(word(BYTES));

  /** A guest in {@code mode}, for the subject of this JVM. */
  StressGuest(PagingMode mode) {
    this.mode = mode;
    wide = mode.entryBytes() == Long.BYTES;
    StressSubject subject = StressSubject.ofThisJvm();
    MemoryKind kind = subject.memory();
    memory = kind.allocate(BYTES, Arena.global());
    SlotLayout.Builder builder = SlotLayout.builder();
    addSlot(builder, kind, 0, TABLES);
    for (int i = 0; i < TABLE_SLOTS; i++) {
      addSlot(builder, kind, TABLES + i * TABLE_SLOT_BYTES, TABLE_SLOT_BYTES);
    }
    SlotLayout layout = builder.build();
    devices = new GuestMemory(layout);
    slots = layout.slots();
    walker = subject.engine().walker(Role.of(mode, CpuFeatures.intel(46)), layout);
    if (mode == PagingMode.FOUR_LEVEL) {
      write(ROOT, LEVEL_3 | GuestPart.RIGHTS | EntryBits.A);
      for (int i = 0; i < PARTS / 512; i++) {
        write(LEVEL_3 + 8L * i, (DIRECTORIES + i * PAGE) | GuestPart.RIGHTS | EntryBits.A);
      }
    }
  }

  private void addSlot(SlotLayout.Builder builder, MemoryKind kind, long base, long bytes) {
    builder.slot(
        base, bytes, EnumSet.of(SlotFlag.LOG_DIRTY_PAGES), kind.backing(memory, base, base, bytes));
  }

  /** A virtual CPU that runs this guest. */
  VcpuState vcpu() {
    VcpuState vcpu = new VcpuState();
    switch (mode) {
      case TWO_LEVEL -> vcpu.cr3(DIRECTORIES);
      case PAE -> {
        for (int i = 0; i < PARTS / 512; i++) {
          vcpu.pdpte(i, (DIRECTORIES + i * PAGE) | EntryBits.P);
        }
      }
      case FOUR_LEVEL -> vcpu.cr3(ROOT);
      default -> throw new IllegalArgumentException("no guest in " + mode.label());
    }
    return vcpu;
  }

  Walker walker() {
    return walker;
  }

  /** Whether entries have 8 bytes, not 4. */
  boolean isWide() {
    return wide;
  }

  int entryBytes() {
    return mode.entryBytes();
  }

  // Parts.

  /** The number of the next state; its part is this modulo {@link #PARTS}. */
  long nextTurn() {
    long turn = turns.getAndIncrement();
    owners.set((int) (turn % PARTS), turn);
    long table = firstTable(turn);
    long marks = 3L << (table >>> MemSlot.PAGE_SHIFT);
    taken.getAndUpdate(word(table), word -> word & ~marks);
    return turn;
  }

  /**
   * Fails if a later state has the part already.
   *
   * @throws IllegalStateException then
   */
  void requireOwner(long turn) {
    if (owners.get((int) (turn % PARTS)) != turn) {
      throw new IllegalStateException(
          "jcstress keeps too many states alive: run the tests by " + StressRun.class.getName());
    }
  }

  long directoryGpa(long turn) {
    return DIRECTORIES + turn % PARTS * mode.entryBytes();
  }

  /** The slots take turns, so that every log is taken often. */
  long firstTable(long turn) {
    long part = turn % PARTS;
    return TABLES + part % TABLE_SLOTS * TABLE_SLOT_BYTES + part / TABLE_SLOTS * 2 * PAGE;
  }

  /** The first of two neighbouring entries; different from part to part, for the caches' sake. */
  private static long leafIndex(long turn) {
    return turn % 256 * 2;
  }

  long leafOffset(long turn) {
    return leafIndex(turn) * mode.entryBytes();
  }

  long gva(long turn) {
    int shift = wide ? 21 : 22;
    return turn % PARTS << shift | leafIndex(turn) << 12;
  }

  // The guest's accesses to its tables.

  /** A load. */
  long read(long gpa) {
    return wide ? (long) LONG.get(memory, gpa) : Integer.toUnsignedLong((int) INT.get(memory, gpa));
  }

  /** MOV: stores become visible in their order. */
  void write(long gpa, long entry) {
    if (wide) {
      LONG.setRelease(memory, gpa, entry);
    } else {
      INT.setRelease(memory, gpa, (int) entry);
    }
  }

  /** XCHG. */
  long exchange(long gpa, long entry) {
    return wide
        ? (long) LONG.getAndSet(memory, gpa, entry)
        : Integer.toUnsignedLong((int) INT.getAndSet(memory, gpa, (int) entry));
  }

  /** LOCK AND; the entry as it was. */
  long and(long gpa, long mask) {
    return wide
        ? (long) LONG.getAndBitwiseAnd(memory, gpa, mask)
        : Integer.toUnsignedLong((int) INT.getAndBitwiseAnd(memory, gpa, (int) mask));
  }

  /** MOV through the slot. */
  void store(long gpa, long entry) {
    slot(gpa).write(gpa, mode.entryBytes(), entry);
  }

  /** LOCK OR, as emulators make it of LOCK CMPXCHG through the slot. */
  void setByExchange(long gpa, int size, long bits) {
    MemSlot slot = slot(gpa);
    long expected;
    long found = slot.read(gpa, size);
    do {
      expected = found;
      found = slot.compareAndExchange(gpa, size, expected, expected | bits);
    } while (found != expected);
  }

  /** A device writes a byte. */
  void writeByte(long gpa) {
    devices.write(gpa, new byte[1], 0, 1);
  }

  // The dirty log.

  /**
   * Takes the log of the slot of {@code gpa}; if it has the page of {@code gpa}, reads there.
   *
   * @return what was read, or -1 if the page was not in the log
   */
  long takeLog(long gpa) {
    MemSlot slot = slot(gpa);
    long[] words = slot.dirtyLog().getAndClear();
    int first = word(slot.baseGpa());
    // At once: the sooner, the more likely it is that a mark without its bytes is noticed.
    long seen = contains(words[word(gpa) - first], gpa) ? read(gpa) : -1;
    for (int i = 0; i < words.length; i++) {
      long word = words[i];
      if (word != 0) {
        taken.getAndUpdate(first + i, old -> old | word);
      }
    }
    return seen;
  }

  /** Whether the page of {@code gpa} is in its log or was taken from it, by whichever state. */
  boolean isLogged(long gpa) {
    MemSlot slot = slot(gpa);
    return slot.dirtyLog().isDirty((gpa - slot.baseGpa()) >>> MemSlot.PAGE_SHIFT)
        || contains(taken.get(word(gpa)), gpa);
  }

  private MemSlot slot(long gpa) {
    return slots.get(1 + (int) ((gpa - TABLES) / TABLE_SLOT_BYTES));
  }

  private static int word(long gpa) {
    return (int) (gpa >>> (MemSlot.PAGE_SHIFT + 6));
  }

  private static boolean contains(long word, long gpa) {
    return (word & 1L << (gpa >>> MemSlot.PAGE_SHIFT)) != 0;
  }
}
