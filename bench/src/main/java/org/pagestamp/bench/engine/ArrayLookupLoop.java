package org.pagestamp.bench.engine;

import java.util.List;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.tlb.SoftwareTlb;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * The loops around a {@link PlainTable}. What is not there is walked, and never is where this is
 * timed. A template, as {@link WalkerLoop}.
 */
final class ArrayLookupLoop implements WalkLoop {
  private final Walker walker;
  private final VcpuState vcpu;
  private final int access;
  private final PlainTable table = new PlainTable(SoftwareTlb.DEFAULT_SETS);

  ArrayLookupLoop(TableImage image, List<Walker> walkers) {
    walker = walkers.getFirst();
    vcpu = image.vcpu();
    access = image.access();
    for (long gva : image.gvas()) {
      table.put(gva, walker.probe(vcpu, gva, access));
    }
  }

  @Override
  public long walk(long gva) {
    long result = table.lookup(gva);
    return result != 0 ? result : walker.walk(vcpu, gva, access);
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    long sum = 0;
    long result = 0;
    for (int i = from; i < to; i++) {
      result = walk(gvas[i] | (result & zero));
      sum += result;
    }
    return sum;
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += walk(gvas[i]);
    }
    return sum;
  }
}
