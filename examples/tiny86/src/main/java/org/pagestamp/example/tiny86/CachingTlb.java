package org.pagestamp.example.tiny86;

import org.pagestamp.tlb.SoftwareTlb;
import org.pagestamp.vcpu.Mmu;

/** Pagestamp's TLB. Register writes reach it through the Mmu; INVLPG and INVPCID come from here. */
final class CachingTlb implements Tlb {
  private final SoftwareTlb tlb;
  private long translations;

  CachingTlb(Mmu mmu) {
    tlb = new SoftwareTlb(mmu);
  }

  @Override
  public long translate(long gva, int access) {
    translations++;
    return tlb.translate(gva, access);
  }

  @Override
  public void invlpg(long gva) {
    tlb.invlpg(gva);
  }

  @Override
  public boolean invpcid(long type, long descriptor, long gva) {
    return tlb.invpcid(type, descriptor, gva);
  }

  @Override
  public long hits() {
    return translations - tlb.walks();
  }
}
