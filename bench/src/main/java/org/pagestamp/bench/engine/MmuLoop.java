package org.pagestamp.bench.engine;

import java.util.List;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.vcpu.Mmu;

/** The loops around an Mmu, which has a generated walker. A template, as {@link WalkerLoop}. */
final class MmuLoop implements WalkLoop {
  private final Mmu mmu;
  private final int access;

  MmuLoop(TableImage image, List<Mmu> mmus) {
    mmu = mmus.getFirst();
    access = image.access();
  }

  @Override
  public long walk(long gva) {
    return mmu.translate(gva, access);
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    MmuOfImage.writeRegister(mmu);
    long sum = 0;
    long result = 0;
    for (int i = from; i < to; i++) {
      result = mmu.translate(gvas[i] | (result & zero), access);
      sum += result;
    }
    return sum;
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    MmuOfImage.writeRegister(mmu);
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += mmu.translate(gvas[i], access);
    }
    return sum;
  }
}
