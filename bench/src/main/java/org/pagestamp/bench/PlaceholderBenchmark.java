package org.pagestamp.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Keeps the benchmark jar runnable until the first measurement is written. */
@State(Scope.Thread)
public class PlaceholderBenchmark {
  private long value = 1;

  /** Computes a value that is cheap and not constant. */
  @Benchmark
  public long step() {
    value = value * 31 + 7;
    return value;
  }
}
