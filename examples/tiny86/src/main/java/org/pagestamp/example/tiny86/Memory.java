package org.pagestamp.example.tiny86;

import java.util.function.LongUnaryOperator;
import org.pagestamp.access.GvaAccess;
import org.pagestamp.access.MmioHandler;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * One CPU's accesses by linear address. An access that faults ends the instruction with a {@link
 * GuestFault}, or with a {@link HostExit}.
 */
final class Memory {
  private final GvaAccess access;

  Memory(Mmu mmu, Tlb tlb, MmioHandler devices) {
    access = new GvaAccess(mmu, tlb, devices);
  }

  /**
   * Reads.
   *
   * @param kind who accesses, of the bits in {@link Access}; with WRITE for what will be written
   */
  long read(long address, int size, int kind) {
    if (!access.read(address, size, kind)) {
      throw fault();
    }
    return access.value();
  }

  void write(long address, int size, long value, int kind) {
    if (!access.write(address, size, value, kind)) {
      throw fault();
    }
  }

  /** Reads, changes and writes in one atomic step, as a LOCK prefix asks. */
  long modifyLocked(long address, int size, LongUnaryOperator change, int kind) {
    while (true) {
      long before = read(address, size, kind | Access.WRITE);
      long after = change.applyAsLong(before);
      if (!access.compareAndExchange(address, size, before, after, kind)) {
        throw fault();
      }
      if (access.exchanged()) {
        return before;
      }
    }
  }

  /** The processor's own reads of GDT, IDT and TSS: a supervisor's, whatever the CPL is. */
  long readTable(long address, int size) {
    return read(address, size, Access.IMPLICIT);
  }

  /**
   * #PF, or #GP for an address that is not canonical (the guest's stack never is one). An exit to
   * the host, which walks as processors make them can come to, is asked for first: it is no #PF,
   * and none of the guest's either.
   */
  private RuntimeException fault() {
    long result = access.result();
    if (WalkResult.faultReason(result).isExit()) {
      return new HostExit();
    }
    return WalkResult.isPageFault(result)
        ? GuestFault.page(WalkResult.errorCode(result), access.faultAddress())
        : GuestFault.protection(0);
  }
}
