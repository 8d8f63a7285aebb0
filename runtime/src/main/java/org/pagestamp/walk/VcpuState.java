package org.pagestamp.walk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.SlotLayout;

/**
 * The registers of one virtual CPU that may change from walk to walk: CR3, the four PDPTEs of PAE
 * paging, PKRU and IA32_PKRS.
 *
 * <p>Belongs to one thread at a time; a walker reads it and uses its {@link WalkRecord} as scratch.
 *
 * <p>An {@linkplain #observer observer} is a virtual CPU that only looks: its walks answer as
 * probes do and never store to guest memory.
 */
public final class VcpuState {
  /** CR3.LAM_U57, CR3.LAM_U48 and the no-flush bit of a write: never part of an address. */
  private static final long CR3_HIGH_FLAGS =
      ControlBits.CR3_LAM_U57 | ControlBits.CR3_LAM_U48 | ControlBits.CR3_NO_FLUSH;

  private static final int PDPTES = 4;

  private final WalkRecord record = new WalkRecord();
  private final long[] pdptes = new long[PDPTES];
  private final boolean observer;
  private long cr3;
  private int pkru;
  private int pkrs;

  /** All registers zero; no observer. */
  public VcpuState() {
    observer = false;
  }

  /** A copy of another's registers; an observer if the other is one. */
  public VcpuState(VcpuState other) {
    this(other, other.observer);
  }

  private VcpuState(VcpuState other, boolean observer) {
    this.observer = observer;
    cr3 = other.cr3;
    pkru = other.pkru;
    pkrs = other.pkrs;
    System.arraycopy(other.pdptes, 0, pdptes, 0, PDPTES);
  }

  /**
   * An observer with a copy of another's registers. {@link Walker#walk} and {@link Walker#walkAll}
   * with it set no accessed or dirty bit and mark no page dirty, whatever its registers are by
   * then: for walks that no guest makes, such as those that warm a walker up.
   */
  public static VcpuState observer(VcpuState registers) {
    return new VcpuState(registers, true);
  }

  /** Whether walks with this virtual CPU answer as probes do; never changes. */
  public boolean isObserver() {
    return observer;
  }

  /**
   * Loads CR3 as MOV to CR3 does: checks its reserved bits in long mode; in PAE mode reads the four
   * PDPTEs from memory and checks them (KVM's {@code load_pdptrs}; Intel SDM vol. 3, section
   * 4.4.1), unless the role's walks do. If anything is wrong nothing changes, and the guest's
   * instruction gets #GP(0).
   */
  public Cr3Load loadCr3(long value, Role role, SlotLayout layout) {
    return loadCr3(value, role, layout, value & PagingMode.PAE.rootMask());
  }

  /**
   * Loads CR3 as {@link #loadCr3(long, Role, SlotLayout)} does, where stage 2 has translated the
   * address of the PDPTEs.
   *
   * @param pdptes where the PDPTEs are in the slots, a multiple of 32; without effect outside PAE
   *     paging
   */
  public Cr3Load loadCr3(long value, Role role, SlotLayout layout, long pdptes) {
    if (role.mode().isLongMode()
        && (value & ~CR3_HIGH_FLAGS & -1L << role.maxPhyAddr() & ~0xFFFL) != 0) {
      return Cr3Load.CR3_RESERVED_BIT;
    }
    if (role.mode() == PagingMode.PAE && !role.readsPdptes()) {
      Cr3Load load = loadPdptes(pdptes, role, layout);
      if (load != Cr3Load.LOADED) {
        return load;
      }
    }
    cr3 = value;
    return Cr3Load.LOADED;
  }

  private Cr3Load loadPdptes(long table, Role role, SlotLayout layout) {
    byte[] bytes = new byte[PDPTES * Long.BYTES];
    if (new GuestMemory(layout).read(table, bytes, 0, bytes.length) != bytes.length) {
      return Cr3Load.PDPTES_IN_NO_SLOT;
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    PagingLevel level = PagingMode.PAE.level(3);
    for (int i = 0; i < PDPTES; i++) {
      long pdpte = buffer.getLong(i * Long.BYTES);
      if ((pdpte & EntryBits.P) != 0 && (pdpte & ReservedBits.mask(role, level, false)) != 0) {
        return Cr3Load.PDPTE_RESERVED_BIT;
      }
    }
    buffer.asLongBuffer().get(pdptes);
    return Cr3Load.LOADED;
  }

  /** CR3 as last set. */
  public long cr3() {
    return cr3;
  }

  /** Sets CR3 without a check and without loading PDPTEs, as when a saved state is restored. */
  public void cr3(long value) {
    cr3 = value;
  }

  /**
   * A PDPTE register; a later store to the table in memory does not change it.
   *
   * @param index 0 to 3
   */
  public long pdpte(int index) {
    return pdptes[index];
  }

  /**
   * Sets a PDPTE register without a check, as when a saved state is restored.
   *
   * @param index 0 to 3
   */
  public void pdpte(int index, long value) {
    pdptes[index] = value;
  }

  /** PKRU: for key k, bit 2k disables access and bit 2k+1 writes, to user pages. */
  public int pkru() {
    return pkru;
  }

  /** Sets PKRU. */
  public void pkru(int value) {
    pkru = value;
  }

  /** IA32_PKRS: as PKRU, for supervisor pages. */
  public int pkrs() {
    return pkrs;
  }

  /** Sets IA32_PKRS. */
  public void pkrs(int value) {
    pkrs = value;
  }

  /** Scratch space of walkers. */
  public WalkRecord record() {
    return record;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "cr3=0x%x pdptes=[0x%x, 0x%x, 0x%x, 0x%x] pkru=0x%x pkrs=0x%x%s",
        cr3,
        pdptes[0],
        pdptes[1],
        pdptes[2],
        pdptes[3],
        pkru,
        pkrs,
        observer ? " observer" : "");
  }
}
