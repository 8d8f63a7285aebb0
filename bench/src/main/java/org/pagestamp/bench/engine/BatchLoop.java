package org.pagestamp.bench.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * A walker's batch: all addresses of a window by one call. A template, as {@link WalkerLoop}. There
 * is no dependent batch; both loops are the same.
 */
final class BatchLoop implements WalkLoop {
  private final Walker walker;
  private final VcpuState vcpu;
  private final int access;
  private final long[] results;

  /** The windows of the image's addresses as arrays of their own, copied when first walked. */
  private final Map<Integer, long[]> windows = new HashMap<>();

  BatchLoop(TableImage image, List<Walker> walkers) {
    walker = walkers.getFirst();
    vcpu = image.vcpu();
    access = image.access();
    results = new long[image.window()];
  }

  @Override
  public long walk(long gva) {
    long[] result = new long[1];
    walker.walkAll(vcpu, new long[] {gva}, access, result);
    return result[0];
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    return independent(gvas, from, to);
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    long[] window = windows.computeIfAbsent(from, _ -> Arrays.copyOfRange(gvas, from, to));
    walker.walkAll(vcpu, window, access, results);
    long sum = 0;
    for (int i = 0; i < window.length; i++) {
      sum += results[i];
    }
    return sum;
  }
}
