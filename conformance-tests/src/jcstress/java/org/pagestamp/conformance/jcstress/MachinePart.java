package org.pagestamp.conformance.jcstress;

import java.time.Duration;
import org.pagestamp.access.GvaAccess;
import org.pagestamp.access.MmioHandler;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.slot.DirtyLog;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.tlb.SoftwareTlb;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.Translator;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * What a state of a test has to itself: slots, a virtual CPU, a page of data and the table that
 * maps it. Memory of the page is zero at first.
 */
class MachinePart {
  private static final long STORED = 0x1122_3344_5566_7788L;
  private static final long AD = EntryBits.A | EntryBits.D;

  private final StressMachine machine;
  private final long turn;
  private final long gva;
  private final MemorySlots slots;
  private final Mmu mmu;

  /** The Mmu, or a TLB in front of it. */
  private final Translator translator;

  private final GvaAccess access;

  /**
   * A part with a virtual CPU that walks each time.
   *
   * @param withData whether the slot of the data is there already
   * @param set A and D of the leaf, or 0
   */
  MachinePart(StressMachine machine, boolean withData, long set) {
    this(machine, withData, set, false);
  }

  /** A part with the data, whose virtual CPU has the page in its TLB, to be written to as well. */
  MachinePart(StressMachine machine) {
    this(machine, true, 0, true);
  }

  private MachinePart(StressMachine machine, boolean withData, long set, boolean withTlb) {
    this.machine = machine;
    turn = machine.nextTurn();
    gva = machine.gva(turn);
    machine.write(machine.dataGpa(turn), 0);
    machine.write(machine.leafGpa(turn), machine.dataGpa(turn) | GuestPart.RIGHTS | set);
    // The next page: where the data is once its slot was moved up.
    machine.write(
        machine.leafGpa(turn) + Long.BYTES,
        (machine.dataGpa(turn) + StressMachine.DATA_BYTES) | GuestPart.RIGHTS | set);
    slots = machine.slots();
    if (withData) {
      machine.createData(slots);
    }
    mmu = machine.mmu(slots);
    translator = withTlb ? new SoftwareTlb(mmu, 1, 1) : mmu;
    access = new GvaAccess(mmu, translator, MmioHandler.NONE); // devices read as all ones
    if (withTlb) {
      long _ = translateWrite();
      mmu.detach(); // the thread of an actor goes on with it
    }
  }

  // The virtual CPU. All accesses are a user's.

  final Mmu mmu() {
    return mmu;
  }

  final void load() {
    boolean _ = access.read(gva, Long.BYTES, Access.USER);
  }

  final void store() {
    boolean _ = access.write(gva, Long.BYTES, STORED, Access.USER);
  }

  /** Of the access. */
  final long result() {
    return access.result();
  }

  /** Of the access. */
  final long value() {
    return access.value();
  }

  final long translateRead() {
    return translator.translate(gva, Access.USER);
  }

  final long translateWrite() {
    return translator.translate(gva, Access.USER | Access.WRITE);
  }

  /** A read of the page where the data is once its slot was moved. */
  final long translateMoved() {
    return translator.translate(gva + MemSlot.PAGE_SIZE, Access.USER);
  }

  // The host.

  final MemorySlots slots() {
    return slots;
  }

  final void fillData() {
    machine.write(machine.dataGpa(turn), STORED);
  }

  final void createData() {
    machine.createData(slots);
  }

  final void moveData() {
    slots.move(StressMachine.DATA_ID, slotOfData().baseGpa() + StressMachine.DATA_BYTES);
  }

  private MemSlot slotOfData() {
    return slots.slot(StressMachine.DATA_ID);
  }

  final boolean isOutOfUse() {
    return isOutOfUse(slots);
  }

  /** Whether older layouts are out of use; looks once, as to sleep would only spoil the timing. */
  static boolean isOutOfUse(MemorySlots slots) {
    try {
      return slots.awaitUse(Duration.ZERO);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the actors of a test", e);
    }
  }

  final long data() {
    return machine.read(machine.dataGpa(turn));
  }

  final long leaf() {
    return machine.read(machine.leafGpa(turn));
  }

  // In words.

  static String use(boolean outOfUse) {
    return outOfUse ? "out of use" : "in use";
  }

  final String data(long value) {
    machine.requireOwner(turn);
    if (value == -1) {
      return "device";
    }
    return value == STORED ? "stored" : value == 0 ? "empty" : "torn: " + value;
  }

  final String bits(long entry) {
    machine.requireOwner(turn);
    if ((entry & ~AD) != (machine.dataGpa(turn) | GuestPart.RIGHTS)) {
      return "torn: " + entry;
    }
    return (entry & AD) == 0 ? "clear" : (entry & AD) == AD ? "A D" : "A or D";
  }

  /** What holds the page that a translation led to. */
  static String holder(long result) {
    return WalkResult.isFault(result)
        ? WalkResult.toString(result)
        : WalkResult.isInNoSlot(result)
            ? "hole"
            : WalkResult.isInReadOnlySlot(result) ? "rom" : "ram";
  }

  /** What holds the page of data in a layout. */
  final String holder(SlotLayout layout) {
    MemSlot slot = layout.find(machine.dataGpa(turn) >>> MemSlot.PAGE_SHIFT);
    return slot == null ? "hole" : slot.isReadOnly() ? "rom" : "ram";
  }

  /** Whether the page of data is in its dirty log. */
  final String log() {
    DirtyLog log = slotOfData().dirtyLog();
    long page = (machine.dataGpa(turn) - slotOfData().baseGpa()) >>> MemSlot.PAGE_SHIFT;
    return log != null && log.isDirty(page) ? "logged" : "not logged";
  }
}
