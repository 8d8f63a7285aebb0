package org.pagestamp.bench.scenario;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pagestamp.bench.engine.Engine;
import org.pagestamp.bench.engine.WalkLoop;
import org.pagestamp.bench.image.WalkedImage;

/** Times loops of several engines over one image in turn, inside one JVM. */
final class PairedLoops {
  private static final double FASTER = 0.97;
  private static final long MILLI = 1_000_000;

  private record Chunk(Engine engine, boolean dependent) {}

  private final WalkedImage image;
  private final Effort effort;
  private final long zero;
  private final Map<Engine, WalkLoop> loops = new EnumMap<>(Engine.class);
  private final List<Chunk> chunks = new ArrayList<>();
  private int window;
  private long sums;

  /**
   * Makes and checks the loops that comparisons need.
   *
   * @param zero 0, which the compiler must not know
   */
  PairedLoops(WalkedImage image, List<Comparison> comparisons, Effort effort, long zero) {
    this.image = image;
    this.effort = effort;
    this.zero = zero;
    for (Comparison comparison : comparisons) {
      for (Engine engine : List.of(comparison.variant(), comparison.yardstick())) {
        loops.computeIfAbsent(engine, each -> each.loop(image));
        Chunk chunk = new Chunk(engine, comparison.dependent());
        if (!chunks.contains(chunk)) {
          chunks.add(chunk);
        }
      }
    }
  }

  /**
   * Runs all loops in turn until none gets faster. In turn from the beginning, or else the JIT
   * would inline the first into the timing code, where it could be faster or slower than by itself.
   */
  void warmUp() {
    Map<Chunk, Long> best = new HashMap<>();
    int lastFaster = 0;
    for (int block = 0;
        block < effort.mostBlocks()
            && (block < effort.leastBlocks() || block < lastFaster + effort.steadyBlocks());
        block++) {
      for (Map.Entry<Chunk, Long> now : fastestInBlock().entrySet()) {
        long before = best.getOrDefault(now.getKey(), Long.MAX_VALUE);
        if (now.getValue() < before * FASTER) {
          lastFaster = block;
        }
        best.put(now.getKey(), Math.min(before, now.getValue()));
      }
    }
  }

  private Map<Chunk, Long> fastestInBlock() {
    Map<Chunk, Long> fastest = new HashMap<>();
    long end = System.nanoTime() + effort.blockMillis() * MILLI;
    do {
      for (Chunk chunk : chunks) {
        fastest.merge(chunk, time(chunk.engine(), chunk.dependent()), Math::min);
      }
    } while (System.nanoTime() < end);
    return fastest;
  }

  /**
   * Runs two loops alternately, a chunk of each at a time. A chunk is shorter than a scheduler's
   * slice, so what disturbs the machine mostly disturbs both of a pair or ruins one pair alone.
   */
  Reading compare(Comparison comparison) {
    double[] ratios = new double[effort.mostPairs()];
    int pairs = 0;
    long end = System.nanoTime() + effort.compareMillis() * MILLI;
    while (pairs < effort.mostPairs() && (pairs < effort.leastPairs() || System.nanoTime() < end)) {
      double variantNanos = time(comparison.variant(), comparison.dependent());
      ratios[pairs++] = variantNanos / time(comparison.yardstick(), comparison.dependent());
    }
    return Reading.of(comparison, Arrays.copyOf(ratios, pairs));
  }

  /** Walks the next window, so that no engine finds in the caches what another has just read. */
  private long time(Engine engine, boolean dependent) {
    WalkLoop loop = loops.get(engine);
    long[] gvas = image.gvas();
    int from = window * image.window();
    int to = from + image.window();
    window = (window + 1) % image.windows();
    long start = System.nanoTime();
    sums += dependent ? loop.dependent(gvas, from, to, zero) : loop.independent(gvas, from, to);
    long nanos = System.nanoTime() - start;
    image.restore();
    return nanos;
  }

  /** The sum of all results: printing it keeps the walks from being optimized away. */
  long sums() {
    return sums;
  }
}
