package org.pagestamp.bench.engine;

import java.util.List;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.tlb.SoftwareTlb;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.RegisterWrite;

/**
 * The loops around a TLB that is flushed after each few translations, as by a guest that loads CR3,
 * so that nearly every one fills an entry. A template, as {@link WalkerLoop}.
 */
final class TlbFillLoop implements WalkLoop {
  /** Of 1,024 pages in random order one in 32 is there again before the flush. */
  private static final int RUN = 64;

  private final SoftwareTlb tlb;
  private final Mmu mmu;
  private final int access;

  TlbFillLoop(TableImage image, List<TlbOfImage> tlbs) {
    tlb = tlbs.getFirst().tlb();
    mmu = tlbs.getFirst().mmu();
    access = image.access();
  }

  @Override
  public long walk(long gva) {
    flush();
    return tlb.translate(gva, access);
  }

  private void flush() {
    RegisterWrite _ = mmu.cr3(mmu.cr3());
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    long sum = 0;
    long result = 0;
    for (int run = from; run < to; run += RUN) {
      flush();
      int end = Math.min(run + RUN, to);
      for (int i = run; i < end; i++) {
        result = tlb.translate(gvas[i] | (result & zero), access);
        sum += result;
      }
    }
    return sum;
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    long sum = 0;
    for (int run = from; run < to; run += RUN) {
      flush();
      int end = Math.min(run + RUN, to);
      for (int i = run; i < end; i++) {
        sum += tlb.translate(gvas[i], access);
      }
    }
    return sum;
  }
}
