package org.pagestamp.bench;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Times loops of all engines over one image in turn, inside one JVM. */
final class PairedLoops {
  private static final long BLOCK_NANOS = 200_000_000;
  private static final int LEAST_BLOCKS = 10;
  private static final int MOST_BLOCKS = 50;

  /** So many blocks without a faster one, and the JIT compiler is taken to be done. */
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
      WalkLoop loop = engine.loop(image);
      chunks.put(
          engine, dependent ? () -> loop.dependent(gvas, zero) : () -> loop.independent(gvas));
    }
  }

  /** Runs every loop until it gets no faster. */
  void warmUp() {
    for (LongSupplier chunk : chunks.values()) {
      long best = Long.MAX_VALUE;
      int bestBlock = 0;
      for (int block = 0;
          block < MOST_BLOCKS && (block < LEAST_BLOCKS || block < bestBlock + STEADY_BLOCKS);
          block++) {
        long fastest = fastestInBlock(chunk);
        if (fastest < best * FASTER) {
          bestBlock = block;
        }
        best = Math.min(best, fastest);
      }
    }
  }

  private long fastestInBlock(LongSupplier chunk) {
    long fastest = Long.MAX_VALUE;
    long end = System.nanoTime() + BLOCK_NANOS;
    while (System.nanoTime() < end) {
      fastest = Math.min(fastest, time(chunk));
    }
    return fastest;
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
