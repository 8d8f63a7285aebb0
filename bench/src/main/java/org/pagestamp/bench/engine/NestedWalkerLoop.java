package org.pagestamp.bench.engine;

import java.util.List;
import org.pagestamp.bench.image.NestedImage;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;

/** The loops around a walker in two dimensions. A template, as {@link WalkerLoop}. */
final class NestedWalkerLoop implements WalkLoop {
  private final NestedWalker walker;
  private final NestedState state;
  private final int access;

  NestedWalkerLoop(NestedImage image, List<NestedWalker> walkers) {
    walker = walkers.getFirst();
    state = image.state();
    access = image.access();
  }

  @Override
  public long walk(long gva) {
    return walker.walk(state, gva, access);
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    long sum = 0;
    long result = 0;
    for (int i = from; i < to; i++) {
      result = walker.walk(state, gvas[i] | (result & zero), access);
      sum += result;
    }
    return sum;
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += walker.walk(state, gvas[i], access);
    }
    return sum;
  }
}
