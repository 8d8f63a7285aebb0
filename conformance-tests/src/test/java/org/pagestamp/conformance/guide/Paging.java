package org.pagestamp.conformance.guide;

import org.pagestamp.mode.ControlBits;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.vcpu.Flush;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.RegisterWrite;
import org.pagestamp.vcpu.WalkerSource;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/** All that an emulator with a TLB of its own needs: the guide quotes it whole. */
// guide: adapter
final class Paging {
  private final Mmu mmu;
  private final OwnTlb tlb;

  Paging(MemorySlots slots, WalkerSource walkers, OwnTlb tlb) {
    this.mmu = Mmu.builder().memory(slots).walkers(walkers).build();
    this.tlb = tlb;
  }

  /** MOV to CR0, 3, 4. */
  void writeControlRegister(int number, long value) {
    RegisterWrite write =
        switch (number) {
          case 0 -> mmu.cr0(value);
          case 3 -> mmu.cr3(value);
          case 4 -> mmu.cr4(value);
          default -> throw GuestException.invalidOpcode();
        };
    if (write.isRefused()) {
      throw GuestException.generalProtection(0);
    }
    if (write.flush() != Flush.NONE) {
      tlb.flush(write.flush() == Flush.ALL);
    }
  }

  /** What the TLB calls when it misses. */
  void fill(long gva, boolean write, boolean fetch, boolean user) {
    int access = (write ? Access.WRITE : 0) | (fetch ? Access.FETCH : 0) | (user ? Access.USER : 0);
    long result = mmu.translate(gva, access);
    if (WalkResult.isFault(result)) {
      if (WalkResult.faultReason(result).isExit()) {
        throw new HostExit(); // only with a processor's profile; nothing for the guest
      }
      throw WalkResult.isPageFault(result)
          ? GuestException.pageFault(mmu.linearAddress(gva, access), WalkResult.errorCode(result))
          : GuestException.generalProtection(0);
    }
    boolean global = WalkResult.isGlobal(result) && (mmu.cr4() & ControlBits.CR4_PGE) != 0;
    // For this kind of access only: a write through a page that was read walks, and D gets set.
    tlb.install(mmu.linearAddress(gva, access), WalkResult.pageGpa(result), access, global);
  }
}
// end
