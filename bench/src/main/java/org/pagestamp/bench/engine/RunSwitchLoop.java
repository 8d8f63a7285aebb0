package org.pagestamp.bench.engine;

import java.util.List;
import java.util.Random;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * As {@link WalkerLoop}, with another of several walkers at random after each 64 walks: an emulator
 * that keeps its current walker in a field, and whose guest changes modes now and then.
 */
final class RunSwitchLoop implements WalkLoop {
  private static final int RUN = 64;

  /** Longer than a branch predictor remembers; a power of two. */
  private static final int ORDER = 1 << 16;

  private final Walker[] order = new Walker[ORDER];
  private final VcpuState vcpu;
  private final int access;
  private int position;
  private Walker current;

  RunSwitchLoop(TableImage image, List<Walker> walkers) {
    Random random = new Random(walkers.size());
    for (int i = 0; i < ORDER; i++) {
      order[i] = walkers.get(random.nextInt(walkers.size()));
    }
    current = order[0];
    vcpu = image.vcpu();
    access = image.access();
  }

  private void change() {
    current = order[position++ & ORDER - 1];
  }

  @Override
  public long walk(long gva) {
    change();
    return current.walk(vcpu, gva, access);
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    long sum = 0;
    long result = 0;
    for (int start = from; start < to; start += RUN) {
      change();
      int end = Math.min(start + RUN, to);
      for (int i = start; i < end; i++) {
        result = current.walk(vcpu, gvas[i] | (result & zero), access);
        sum += result;
      }
    }
    return sum;
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    long sum = 0;
    for (int start = from; start < to; start += RUN) {
      change();
      int end = Math.min(start + RUN, to);
      for (int i = start; i < end; i++) {
        sum += current.walk(vcpu, gvas[i], access);
      }
    }
    return sum;
  }
}
