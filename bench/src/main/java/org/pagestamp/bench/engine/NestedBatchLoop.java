package org.pagestamp.bench.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pagestamp.bench.image.NestedImage;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;

/** The batch of a walker in two dimensions. A template, as {@link BatchLoop}. */
final class NestedBatchLoop implements WalkLoop {
  private final NestedWalker walker;
  private final NestedState state;
  private final int access;
  private final long[] results;

  /** The windows of the image's addresses as arrays of their own, copied when first walked. */
  private final Map<Integer, long[]> windows = new HashMap<>();

  NestedBatchLoop(NestedImage image, List<NestedWalker> walkers) {
    walker = walkers.getFirst();
    state = image.state();
    access = image.access();
    results = new long[image.window()];
  }

  @Override
  public long walk(long gva) {
    long[] result = new long[1];
    walker.walkAll(state, new long[] {gva}, access, result);
    return result[0];
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    return independent(gvas, from, to);
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    long[] window = windows.computeIfAbsent(from, _ -> Arrays.copyOfRange(gvas, from, to));
    walker.walkAll(state, window, access, results);
    long sum = 0;
    for (int i = 0; i < window.length; i++) {
      sum += results[i];
    }
    return sum;
  }
}
