package org.pagestamp.bench.engine;

import org.pagestamp.bench.image.TableImage;
import org.pagestamp.tlb.SoftwareTlb;
import org.pagestamp.vcpu.Mmu;

/** A TLB with the Mmu of a virtual CPU that uses an image. */
record TlbOfImage(Mmu mmu, SoftwareTlb tlb) {
  static TlbOfImage of(TableImage image) {
    Mmu mmu = MmuOfImage.of(image);
    return new TlbOfImage(mmu, new SoftwareTlb(mmu));
  }
}
