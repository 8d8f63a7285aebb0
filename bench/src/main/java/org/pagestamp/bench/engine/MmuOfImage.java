package org.pagestamp.bench.engine;

import org.pagestamp.bench.image.TableImage;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.RegisterWrite;

/** The Mmu of a virtual CPU that uses an image, with generated walkers. */
final class MmuOfImage {
  /** One for all, so that the call of the walker inside the Mmu has one target. */
  private static final Stamper STAMPER = new Stamper();

  private MmuOfImage() {}

  static Mmu of(TableImage image) {
    Role role = image.role();
    if (role.mode() != PagingMode.FOUR_LEVEL || role.pke() || role.pks()) {
      throw new IllegalArgumentException("no registers for " + role);
    }
    Mmu mmu =
        Mmu.builder()
            .memory(image.layout())
            .cpu(new CpuFeatures(role.maxPhyAddr(), role.oneGigPages(), role.amd()))
            .walkers(STAMPER::stamp)
            .build();
    mmu.restore(
        ControlBits.CR0_PG | ControlBits.CR0_PE | (role.wp() ? ControlBits.CR0_WP : 0),
        image.cr3(),
        ControlBits.CR4_PAE
            | (role.smep() ? ControlBits.CR4_SMEP : 0)
            | (role.smap() ? ControlBits.CR4_SMAP : 0),
        ControlBits.EFER_LME | ControlBits.EFER_LMA | (role.nxe() ? ControlBits.EFER_NXE : 0));
    return mmu;
  }

  /**
   * Writes a register, of which nothing changes, as each loop does when it begins: guests write
   * registers. In a loop around an Mmu whose registers nobody writes, the JIT leaves out what
   * follows a write, and compiles what is left in another way than it would be in an emulator.
   */
  static void writeRegister(Mmu mmu) {
    RegisterWrite _ = mmu.cr4(mmu.cr4());
  }
}
