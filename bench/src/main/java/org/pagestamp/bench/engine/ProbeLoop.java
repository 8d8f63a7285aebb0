package org.pagestamp.bench.engine;

import java.util.List;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/** As {@link WalkerLoop}, with probes, which store nothing. */
final class ProbeLoop implements WalkLoop {
  private final Walker walker;
  private final VcpuState vcpu;
  private final int access;

  ProbeLoop(TableImage image, List<Walker> walkers) {
    walker = walkers.getFirst();
    vcpu = image.vcpu();
    access = image.access();
  }

  @Override
  public long walk(long gva) {
    return walker.probe(vcpu, gva, access);
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    long sum = 0;
    long result = 0;
    for (int i = from; i < to; i++) {
      result = walker.probe(vcpu, gvas[i] | (result & zero), access);
      sum += result;
    }
    return sum;
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += walker.probe(vcpu, gvas[i], access);
    }
    return sum;
  }
}
