package org.pagestamp.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The time of one walk of a 4-KiB user page whose accessed bits are set: what a TLB miss costs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED") // for the chase
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class WalkBenchmark {
  private static final int WALKS = 2048;

  /** What walks. */
  @Param public Engine engine;

  /** Over which slots. */
  @Param public SlotShape slots;

  /** Not final, so that the compiler does not know it. */
  private long zero;

  private long[] gvas;
  private WalkLoop loop;

  /** Builds the tables and checks the engine on them. */
  @Setup
  public void build() {
    TableImage image = ImageBuilder.small(slots);
    gvas = image.gvas();
    if (gvas.length != WALKS) {
      throw new IllegalStateException(gvas.length + " addresses");
    }
    loop = engine.loop(image);
  }

  /** Each walk waits for the one before. */
  @Benchmark
  @OperationsPerInvocation(WALKS)
  public long dependent() {
    return loop.dependent(gvas, zero);
  }

  /** The walks overlap. */
  @Benchmark
  @OperationsPerInvocation(WALKS)
  public long independent() {
    return loop.independent(gvas);
  }
}
