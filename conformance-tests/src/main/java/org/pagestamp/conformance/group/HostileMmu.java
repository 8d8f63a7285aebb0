package org.pagestamp.conformance.group;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.pagestamp.conformance.Subject;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/**
 * A walker of ours with registers that no processor would load: a refused CR3 is set all the same,
 * and PDPTEs are what memory has, as after restoring a broken state.
 */
final class HostileMmu implements Subject.Mmu {
  private static final int PDPTES = 4;

  private final Walker walker;
  private final VcpuState vcpu = new VcpuState();

  HostileMmu(Walker walker) {
    this.walker = walker;
  }

  @Override
  public boolean loadCr3(long cr3) {
    if (vcpu.loadCr3(cr3, walker.role(), walker.layout()) != Cr3Load.LOADED) {
      vcpu.cr3(cr3);
      byte[] bytes = new byte[PDPTES * Long.BYTES];
      long table = cr3 & PagingMode.PAE.rootMask();
      int _ = new GuestMemory(walker.layout()).read(table, bytes, 0, bytes.length);
      ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < PDPTES; i++) {
        vcpu.pdpte(i, buffer.getLong(i * Long.BYTES));
      }
    }
    return true;
  }

  @Override
  public void keys(int pkru, int pkrs) {
    vcpu.pkru(pkru);
    vcpu.pkrs(pkrs);
  }

  /** Probes too, which must tell the same. */
  @Override
  public long access(long gva, int access) {
    long probed = walker.probe(vcpu, gva, access);
    long walked = walker.walk(vcpu, gva, access);
    if (probed != walked) {
      throw new IllegalStateException(
          "the probe answered "
              + WalkResult.toString(probed)
              + ", the walk "
              + WalkResult.toString(walked));
    }
    return walked;
  }
}
