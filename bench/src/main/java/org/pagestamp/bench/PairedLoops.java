package org.pagestamp.bench;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Times loops of all engines over one image in turn, inside one JVM. */
final class PairedLoops {
  private static final long BLOCK_NANOS = 200_000_000;
  private static final int LEAST_BLOCKS = 10;
  private static final int MOST_BLOCKS = 50;

  /** After so many blocks in which no loop got faster, the JIT compiler is taken to be done. */
  private static final int STEADY_BLOCKS = 5;

  private static final double FASTER = 0.97;

  private final Map<Engine, LongSupplier> chunks = new EnumMap<>(Engine.class);
  private long sums;

  /**
   * Makes and checks the loops.
   *
   * @param zero 0, which the compiler must not know
   */
  PairedLoops(TableImage image, boolean dependent, long zero) {
    long[] gvas = image.gvas();
    for (Engine engine : Engine.values()) {
      if (!engine.isAvailable()) {
        continue;
      }
      WalkLoop loop = engine.loop(image);
      chunks.put(
          engine, dependent ? () -> loop.dependent(gvas, zero) : () -> loop.independent(gvas));
    }
  }

  /**
   * Runs all loops in turn until none gets faster. In turn from the beginning, or else the JIT
   * would inline the first into the timing code, where it could be faster or slower than by itself.
   */
  void warmUp() {
    Map<Engine, Long> best = new EnumMap<>(Engine.class);
    int lastFaster = 0;
    for (int block = 0;
        block < MOST_BLOCKS && (block < LEAST_BLOCKS || block < lastFaster + STEADY_BLOCKS);
        block++) {
      for (Map.Entry<Engine, Long> now : fastestInBlock().entrySet()) {
        long before = best.getOrDefault(now.getKey(), Long.MAX_VALUE);
        if (now.getValue() < before * FASTER) {
          lastFaster = block;
        }
        best.put(now.getKey(), Math.min(before, now.getValue()));
      }
    }
  }

  private Map<Engine, Long> fastestInBlock() {
    Map<Engine, Long> fastest = new EnumMap<>(Engine.class);
    long end = System.nanoTime() + BLOCK_NANOS;
    while (System.nanoTime() < end) {
      chunks.forEach((engine, chunk) -> fastest.merge(engine, time(chunk), Math::min));
    }
    return fastest;
  }

  /** Whether both engines have loops here. */
  boolean canCompare(Comparison comparison) {
    return chunks.containsKey(comparison.variant()) && chunks.containsKey(comparison.yardstick());
  }

  /**
   * Runs two loops alternately, a chunk of each at a time. A chunk is shorter than a scheduler's
   * slice, so what disturbs the machine mostly disturbs both of a pair or ruins one pair alone.
   */
  Quartiles compare(Comparison comparison, int pairs) {
    LongSupplier variant = chunks.get(comparison.variant());
    LongSupplier yardstick = chunks.get(comparison.yardstick());
    double[] ratios = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      double variantNanos = time(variant);
      ratios[i] = variantNanos / time(yardstick);
    }
    return Quartiles.of(ratios);
  }

  private long time(LongSupplier chunk) {
    long start = System.nanoTime();
    sums += chunk.getAsLong();
    return System.nanoTime() - start;
  }

  /** The sum of all results: printing it keeps the walks from being optimized away. */
  long sums() {
    return sums;
  }
}
