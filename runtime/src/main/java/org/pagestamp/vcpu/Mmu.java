package org.pagestamp.vcpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.pagestamp.choice.Choices;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.SlotReader;
import org.pagestamp.slot.SlotSnapshot;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.Rule;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/**
 * The memory-management unit of one virtual CPU: its control registers, and translation in the mode
 * that they add up to, paging off included. Holds no TLB.
 *
 * <p>A write to a register answers what it makes of cached translations, or that it is refused and
 * the guest gets #GP. When CR0.WP or a bit of CR4 flips, the next translation is made by another
 * walker; see {@link WalkerSource}.
 *
 * <p><b>Threads.</b> An Mmu belongs to the thread that first translates with it, until that thread
 * calls {@link #detach}; another thread gets a {@link WrongThreadException}. Slots may change in
 * any thread at any time: each translation uses one snapshot of them from its start to its end, and
 * the next one sees the change.
 */
public final class Mmu implements Translator {
  private static final VarHandle OWNER = ownerField();

  private final MemorySlots memory;
  private final SlotReader reader;
  private final RegisterFile registers;
  private final VcpuState state;
  private final WalkerSource walkers;

  private boolean a20 = true;
  private MmuListener listener;

  /** Who may translate; written under this object's lock when it is claimed. */
  private volatile Thread owner;

  /** The slots that {@link #walker} is made for. */
  private SlotSnapshot snapshot;

  private Walker walker;

  /** As {@link #snapshot}, but null where the next translation has more to do than to walk. */
  private SlotSnapshot ready;

  Mmu(
      MemorySlots memory,
      CpuFeatures cpu,
      Choices choices,
      Set<PagingFeature> features,
      WalkerSource walkers) {
    this.memory = memory;
    this.walkers = walkers;
    registers = new RegisterFile(cpu, choices, features);
    state = registers.state();
    reader = memory.reader();
    snapshot = memory.snapshot();
  }

  private static VarHandle ownerField() {
    try {
      return MethodHandles.lookup().findVarHandle(Mmu.class, "owner", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Collects what an Mmu is made of. */
  public static MmuBuilder builder() {
    return new MmuBuilder();
  }

  // Registers

  /** CR0. */
  public long cr0() {
    return registers.values().cr0();
  }

  /** CR3; bit 63 is never set. */
  public long cr3() {
    return registers.values().cr3();
  }

  /** CR4. */
  public long cr4() {
    return registers.values().cr4();
  }

  /** IA32_EFER; LMA follows CR0.PG and LME. */
  public long efer() {
    return registers.values().efer();
  }

  /** The process-context identifier, 0 to 4,095; 0 where CR4.PCIDE is clear. */
  public int pcid() {
    return registers.values().pcid();
  }

  /** PKRU. */
  public int pkru() {
    return state.pkru();
  }

  /** IA32_PKRS. */
  public int pkrs() {
    return state.pkrs();
  }

  /**
   * A PDPTE register of PAE paging.
   *
   * @param index 0 to 3
   */
  public long pdpte(int index) {
    return state.pdpte(index);
  }

  /**
   * The guest's MOV to CR0. Whether CS.L forbids it is the emulator's to know.
   *
   * @throws IllegalArgumentException if the slots cannot take updates of entries in the mode that
   *     this turns on: a fault of the emulator, not of the guest. Nothing changes then
   */
  public RegisterWrite cr0(long value) {
    requireOwner();
    return told(registers.cr0(value, memory.layout()));
  }

  /**
   * The guest's MOV to CR3; bit 63 asks for no flush where CR4.PCIDE is set. In PAE paging loads
   * the PDPTEs, even if the value is the same.
   */
  public RegisterWrite cr3(long value) {
    requireOwner();
    return told(registers.cr3(value, memory.layout()));
  }

  /**
   * The guest's MOV to CR4. Bits that have nothing to do with paging are kept unchecked.
   *
   * @throws IllegalArgumentException as {@link #cr0(long)}
   */
  public RegisterWrite cr4(long value) {
    requireOwner();
    return told(registers.cr4(value, memory.layout()));
  }

  /**
   * The guest's WRMSR to IA32_EFER; LMA is left as it is. Bits other than LME and NXE are kept
   * unchecked.
   */
  public RegisterWrite efer(long value) {
    requireOwner();
    return told(registers.efer(value, memory.layout()));
  }

  /** WRPKRU, XRSTOR and their kin. */
  public RegisterWrite pkru(int value) {
    requireOwner();
    return told(registers.pkru(value));
  }

  /** WRMSR to IA32_PKRS. */
  public RegisterWrite pkrs(int value) {
    requireOwner();
    return told(registers.pkrs(value));
  }

  /**
   * Sets four registers at once, as when a saved state is restored. In PAE paging loads the PDPTEs
   * from memory. A TLB drops everything.
   *
   * @throws IllegalArgumentException if a CPU with these features cannot have the values together,
   *     or the slots cannot take updates of entries in their mode; nothing changes then
   */
  public void restore(long cr0, long cr3, long cr4, long efer) {
    requireOwner();
    registers.restore(new ControlRegisters(cr0, cr3, cr4, efer), memory.layout());
    RegisterWrite _ = told(RegisterWrite.FLUSH_ALL);
  }

  /** The state after power-up; PKRU and PKRS become zero. A TLB drops everything. */
  public void reset() {
    requireOwner();
    state.pkru(0);
    state.pkrs(0);
    ControlRegisters powerUp = ControlRegisters.POWER_UP;
    restore(powerUp.cr0(), powerUp.cr3(), powerUp.cr4(), powerUp.efer());
  }

  /** Passes an answer on to the listener, and makes the next translation look at the registers. */
  private RegisterWrite told(RegisterWrite write) {
    ready = null;
    if (listener != null && write != RegisterWrite.DONE && !write.isRefused()) {
      listener.registerWritten(write);
    }
    return write;
  }

  /**
   * Opens or closes the A20 gate; it is open at first. Closed, bit 20 of what translations lead to
   * is clear. Addresses of page tables do not pass the gate.
   */
  public void a20(boolean open) {
    requireOwner();
    if (a20 != open) {
      a20 = open;
      ready = null;
      if (listener != null) {
        listener.a20Changed();
      }
    }
  }

  // Translation

  @Override
  public long translate(long gva, int access) {
    return isReady() ? walkGuarded(gva, access) : prepared(gva, access, false);
  }

  /**
   * As {@link #translate} where that has nothing to do but walk; otherwise does nothing. For what
   * keeps translations, as a TLB: no slots are taken and no listener is called.
   *
   * @return 0, which is no {@link WalkResult}, where there is more to do: before the first
   *     translation, after a write to a register, a change of slots or {@link #detach}, in another
   *     thread, with the A20 gate closed, and with LAM or LASS
   * @throws IllegalArgumentException if {@code access} is not {@link Access#isValid valid}
   */
  public long walkAtOnce(long gva, int access) {
    return isReady() ? walkGuarded(gva, access) : 0;
  }

  private boolean isReady() {
    return isOwned() && memory.isCurrent(ready);
  }

  private long walkGuarded(long gva, int access) {
    try {
      return walker.walk(state, gva, access);
    } catch (IllegalStateException e) {
      throw ClosedMemory.explained(e, layout());
    }
  }

  /**
   * The answer that {@link #translate} would give now, without changing memory. For debuggers, and
   * for questions like VERR.
   *
   * @throws IllegalArgumentException if {@code access} is not {@link Access#isValid valid}
   */
  public long probe(long gva, int access) {
    return prepared(gva, access, true);
  }

  /**
   * Where an address leads, whatever the rights to it: {@link #probe} of a supervisor read that
   * neither SMAP nor LASS nor a protection key forbids. For debuggers.
   */
  public long locate(long gva) {
    refresh();
    int access = Access.READ | Access.AC;
    VcpuState withoutKeys = new VcpuState(state);
    withoutKeys.pkru(0);
    withoutKeys.pkrs(0);
    long address = registers.linear().untagged(gva, access);
    try {
      return throughA20(walker.probe(withoutKeys, address, access));
    } catch (IllegalStateException e) {
      throw ClosedMemory.explained(e, layout());
    }
  }

  private long prepared(long gva, int access, boolean probe) {
    refresh();
    LinearAddress linear = registers.linear();
    if (linear.isPlain()) {
      return throughA20(walk(gva, access, probe));
    }
    Access.check(access);
    long address = linear.untagged(gva, access);
    return linear.violatesLass(address, access)
        ? WalkResult.fault(FaultReason.LASS_VIOLATION, 0, 0)
        : throughA20(walk(address, access, probe));
  }

  private long walk(long gva, int access, boolean probe) {
    if (!probe) {
      return walkGuarded(gva, access);
    }
    try {
      return walker.probe(state, gva, access);
    } catch (IllegalStateException e) {
      throw ClosedMemory.explained(e, layout());
    }
  }

  private long throughA20(long result) {
    return a20 ? result : A20Gate.closed(result, snapshot.layout());
  }

  /**
   * Tells how {@link #translate} would come to its answer now. Changes no memory; allocates.
   *
   * @return the walk of the address without its tag; its result is that of the walk even where the
   *     A20 gate is closed
   * @throws IllegalArgumentException if {@code access} is not {@link Access#isValid valid}
   */
  public WalkTrace explain(long gva, int access) {
    Access.check(access);
    refresh();
    LinearAddress linear = registers.linear();
    long address = linear.untagged(gva, access);
    if (linear.violatesLass(address, access)) {
      long fault = WalkResult.fault(FaultReason.LASS_VIOLATION, 0, 0);
      return new WalkTrace(role(), address, access, List.of(), Rule.LASS, fault);
    }
    try {
      return walker.explain(state, address, access);
    } catch (IllegalStateException e) {
      throw ClosedMemory.explained(e, layout());
    }
  }

  /**
   * The address that is translated for {@code gva}: without its tag where LAM is on, and with 32
   * bits where the mode has so many. A page fault puts it into CR2, and a TLB should be looked up
   * with it.
   */
  public long linearAddress(long gva, int access) {
    return role().mode().truncate(registers.linear().untagged(gva, access));
  }

  /**
   * Whether addresses are translated as they are, neither LAM nor LASS being on. Changes only by
   * register writes that the listener is told of.
   */
  public boolean usesPlainAddresses() {
    return registers.linear().isPlain();
  }

  /**
   * Whether LASS forbids an access, so that {@link #translate} answers with {@link
   * FaultReason#LASS_VIOLATION} before it reads any table.
   *
   * @param linearAddress as {@link #linearAddress} has it
   */
  public boolean violatesLass(long linearAddress, int access) {
    return registers.linear().violatesLass(linearAddress, access);
  }

  /**
   * Takes over changed slots now, as the next translation would, and tells the listener. A TLB
   * calls it before it answers from what it keeps. Costs next to nothing where nothing changed.
   *
   * @throws WrongThreadException if the Mmu belongs to another thread
   */
  public void takeSlots() {
    if (!isOwned()) {
      claim();
      take(reader.take());
    } else if (!memory.isCurrent(snapshot)) {
      take(reader.take());
    }
  }

  /**
   * Whether {@link #takeSlots} has nothing to do: the Mmu belongs to this thread, and no slot has
   * changed since. What was translated before still holds.
   */
  public boolean isCurrent() {
    return isOwned() && memory.isCurrent(snapshot);
  }

  /** Whether this thread may translate. If so, it has set the field itself: no ordering matters. */
  private boolean isOwned() {
    return (Thread) OWNER.getOpaque(this) == Thread.currentThread();
  }

  private void refresh() {
    takeSlots();
    Role role = registers.role();
    if (walker == null || !walker.role().equals(role)) {
      walker = walkers.walker(role, snapshot.layout());
    }
    ready = a20 && registers.linear().isPlain() ? snapshot : null;
  }

  private void take(SlotSnapshot now) {
    SlotLayout before = snapshot.layout();
    if (snapshot != now) {
      snapshot = now;
      walker = null;
      ready = null;
      if (listener != null) {
        listener.layoutChanged(before, now.layout());
      }
    }
  }

  // Around it

  /** The role that the registers add up to. */
  public Role role() {
    return registers.role();
  }

  /** The slots of the latest translation. */
  public SlotLayout layout() {
    return snapshot.layout();
  }

  /** Generation of the slots of the latest translation: {@link SlotSnapshot#generation}. */
  public long generation() {
    return snapshot.generation();
  }

  /**
   * The walker of the latest translation; null before the first, and once changed slots are taken.
   */
  public Walker walker() {
    return walker;
  }

  /** Who is told of what makes cached translations worthless; null for nobody, as at first. */
  public void listener(MmuListener told) {
    listener = told;
  }

  /**
   * Gives the Mmu up, so that another thread can go on with it; and does not hold up {@link
   * MemorySlots#awaitUse} any more. For a virtual CPU that halts or moves to another thread.
   * Handing over is the emulator's: what this thread did must happen before what the other does.
   */
  public void detach() {
    requireOwner();
    ready = null;
    reader.leave();
    owner = null; // last: from here on another thread may have it
  }

  private synchronized void claim() {
    requireOwner();
    owner = Thread.currentThread();
  }

  private void requireOwner() {
    Thread bound = owner;
    if (bound != null && bound != Thread.currentThread()) {
      throw new WrongThreadException(
          "this Mmu belongs to "
              + bound
              + ": one virtual CPU, one Mmu; to move it, call detach() there first");
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "cr0=0x%x cr3=0x%x cr4=0x%x efer=0x%x (%s)",
        cr0(),
        cr3(),
        cr4(),
        efer(),
        role());
  }
}
