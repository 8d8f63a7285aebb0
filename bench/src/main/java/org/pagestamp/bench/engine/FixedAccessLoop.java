package org.pagestamp.bench.engine;

import java.lang.invoke.MethodHandles;
import java.util.List;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/** As {@link WalkerLoop}, with the kind of access a constant where the walker is called. */
final class FixedAccessLoop implements WalkLoop {
  private static final int ACCESS =
      LoopClass.image(MethodHandles.lookup(), TableImage.class).access();

  private final Walker walker;
  private final VcpuState vcpu;

  FixedAccessLoop(TableImage image, List<Walker> walkers) {
    walker = walkers.getFirst();
    vcpu = image.vcpu();
  }

  @Override
  public long walk(long gva) {
    return walker.walk(vcpu, gva, ACCESS);
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    long sum = 0;
    long result = 0;
    for (int i = from; i < to; i++) {
      result = walker.walk(vcpu, gvas[i] | (result & zero), ACCESS);
      sum += result;
    }
    return sum;
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += walker.walk(vcpu, gvas[i], ACCESS);
    }
    return sum;
  }
}
