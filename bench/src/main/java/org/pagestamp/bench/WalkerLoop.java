package org.pagestamp.bench;

import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * The loops around a walker. A template: {@link LoopClass} makes a class of its own for each
 * walker, so that the JIT compiles each loop for the one walker it calls.
 */
final class WalkerLoop implements WalkLoop {
  private final Walker walker;
  private final VcpuState vcpu;
  private final int access;

  WalkerLoop(TableImage image, Walker walker) {
    this.walker = walker;
    this.vcpu = image.vcpu();
    this.access = image.access();
  }

  @Override
  public long walk(long gva) {
    return walker.walk(vcpu, gva, access);
  }

  @Override
  public long dependent(long[] gvas, long zero) {
    long sum = 0;
    long result = 0;
    for (long gva : gvas) {
      result = walker.walk(vcpu, gva | (result & zero), access);
      sum += result;
    }
    return sum;
  }

  @Override
  public long independent(long[] gvas) {
    long sum = 0;
    for (long gva : gvas) {
      sum += walker.walk(vcpu, gva, access);
    }
    return sum;
  }
}
