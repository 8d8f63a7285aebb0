package org.pagestamp.bench.engine;

import java.util.List;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.tlb.SoftwareTlb;
import org.pagestamp.vcpu.Mmu;

/** The loops around a TLB in front of an Mmu. A template, as {@link WalkerLoop}. */
final class TlbLoop implements WalkLoop {
  private final SoftwareTlb tlb;
  private final Mmu mmu;
  private final int access;

  TlbLoop(TableImage image, List<TlbOfImage> tlbs) {
    tlb = tlbs.getFirst().tlb();
    mmu = tlbs.getFirst().mmu();
    access = image.access();
  }

  @Override
  public long walk(long gva) {
    return tlb.translate(gva, access);
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    MmuOfImage.writeRegister(mmu);
    long sum = 0;
    long result = 0;
    for (int i = from; i < to; i++) {
      result = tlb.translate(gvas[i] | (result & zero), access);
      sum += result;
    }
    return sum;
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    MmuOfImage.writeRegister(mmu);
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += tlb.translate(gvas[i], access);
    }
    return sum;
  }
}
