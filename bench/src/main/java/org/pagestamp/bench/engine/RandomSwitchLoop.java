package org.pagestamp.bench.engine;

import java.util.List;
import java.util.Random;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/** As {@link WalkerLoop}, with another of several walkers at random for each walk. */
final class RandomSwitchLoop implements WalkLoop {
  /** Longer than a branch predictor remembers; a power of two. */
  private static final int ORDER = 1 << 16;

  private final Walker[] order = new Walker[ORDER];
  private final VcpuState vcpu;
  private final int access;
  private int position;

  RandomSwitchLoop(TableImage image, List<Walker> walkers) {
    Random random = new Random(walkers.size());
    for (int i = 0; i < ORDER; i++) {
      order[i] = walkers.get(random.nextInt(walkers.size()));
    }
    vcpu = image.vcpu();
    access = image.access();
  }

  @Override
  public long walk(long gva) {
    return order[position++ & ORDER - 1].walk(vcpu, gva, access);
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    long sum = 0;
    long result = 0;
    int next = position;
    for (int i = from; i < to; i++) {
      result = order[next++ & ORDER - 1].walk(vcpu, gvas[i] | (result & zero), access);
      sum += result;
    }
    position = next;
    return sum;
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    long sum = 0;
    int next = position;
    for (int i = from; i < to; i++) {
      sum += order[next++ & ORDER - 1].walk(vcpu, gvas[i], access);
    }
    position = next;
    return sum;
  }
}
