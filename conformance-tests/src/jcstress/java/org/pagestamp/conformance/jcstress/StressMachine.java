package org.pagestamp.conformance.jcstress;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.walk.Walker;

/**
 * A machine with 4-level tables in one slot and pages of data in another, dealt out in parts: a
 * table and a page of data for each.
 *
 * <p>Each state has slots and an {@link Mmu} of its own. The memory is shared, so that layouts of
 * all states are equal and few walkers are stamped.
 */
final class StressMachine {
  /** The slot of the tables. */
  static final int TABLES_ID = 0;

  /** The slot of the data. */
  static final int DATA_ID = 1;

  /** How far the data slot can be moved. */
  static final long DATA_BYTES = 2 << 20;

  private static final long PAGE = MemSlot.PAGE_SIZE;

  /** As many as a directory has entries; four times what jcstress keeps alive. */
  private static final int PARTS = 512;

  private static final long ROOT = PAGE;
  private static final long LEVEL_3 = 2 * PAGE;
  private static final long DIRECTORY = 3 * PAGE;
  private static final long TABLES = 64 * PAGE;
  private static final long DATA = 4 << 20;

  private static final long CR0 = 0x8001_0001L; // PG, WP, PE
  private static final long CR4 = 0x20; // PAE
  private static final long EFER = 0x500; // LMA, LME

  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final MemorySegment memory;
  private final Backing tables;
  private final Backing data;
  private final Engine engine;

  private final AtomicLong turns = new AtomicLong();
  private final AtomicLongArray owners = new AtomicLongArray(PARTS);

  /** A machine for the subject of this JVM. */
  StressMachine() {
    StressSubject subject = StressSubject.ofThisJvm();
    MemoryKind kind = subject.memory();
    memory = kind.allocate(DATA + DATA_BYTES, Arena.global());
    tables = kind.backing(memory, 0, 0, DATA);
    data = kind.backing(memory, DATA, DATA, DATA_BYTES);
    engine = subject.engine();
    write(ROOT, LEVEL_3 | GuestPart.RIGHTS | EntryBits.A);
    write(LEVEL_3, DIRECTORY | GuestPart.RIGHTS | EntryBits.A);
    for (int i = 0; i < PARTS; i++) {
      write(DIRECTORY + 8L * i, (TABLES + i * PAGE) | GuestPart.RIGHTS | EntryBits.A);
    }
  }

  /** Slots for one state; the data slot is the test's to create. */
  MemorySlots slots() {
    MemorySlots slots = new MemorySlots();
    slots.create(TABLES_ID, 0, DATA, Set.of(), tables);
    return slots;
  }

  void createData(MemorySlots slots) {
    slots.create(DATA_ID, DATA, DATA_BYTES, Set.of(), data);
  }

  /** A virtual CPU that belongs to no thread yet. */
  Mmu mmu(MemorySlots slots) {
    Mmu mmu = Mmu.builder().memory(slots).walkers(this::walker).build();
    mmu.restore(CR0, ROOT, CR4, EFER);
    return mmu;
  }

  /** A dirty log is part of a class, and one for each state would take too long. */
  private Walker walker(Role role, SlotLayout layout) {
    boolean logs = layout.slots().stream().anyMatch(slot -> slot.dirtyLog() != null);
    return logs ? new InterpretedWalker(role, layout) : engine.walker(role, layout);
  }

  // Parts.

  long nextTurn() {
    long turn = turns.getAndIncrement();
    owners.set((int) (turn % PARTS), turn);
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

  /** The page of the first entry of a part's table. */
  long gva(long turn) {
    return turn % PARTS << 21;
  }

  long leafGpa(long turn) {
    return TABLES + turn % PARTS * PAGE;
  }

  long dataGpa(long turn) {
    return DATA + turn % PARTS * PAGE;
  }

  // Memory, around all slots.

  long read(long gpa) {
    return (long) LONG.get(memory, gpa);
  }

  void write(long gpa, long value) {
    LONG.set(memory, gpa, value);
  }
}
