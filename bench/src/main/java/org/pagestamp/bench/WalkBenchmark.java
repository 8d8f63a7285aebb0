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
import org.pagestamp.bench.engine.Engine;
import org.pagestamp.bench.engine.WalkLoop;
import org.pagestamp.bench.image.ImageSpec;
import org.pagestamp.bench.image.SlotMemory;
import org.pagestamp.bench.image.SlotShape;
import org.pagestamp.bench.image.TableImage;

/** The time of one walk of a 4-KiB user page whose accessed bits are set: what a TLB miss costs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED") // for the chases
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class WalkBenchmark {
  private static final int WALKS = 2048;

  /** What walks. */
  @Param({
    "CHASE_C",
    "CHASE_JAVA",
    "INTERPRETED",
    "GENERATED",
    "INTERPRETED_PROBE",
    "GENERATED_PROBE"
  })
  public Engine engine;

  /** Over which slots. */
  @Param({"ONE", "EIGHT_MAIN", "EIGHT_SPREAD"})
  public SlotShape slots;

  /** Not final, so that the compiler does not know it. */
  private long zero;

  private long[] gvas;
  private WalkLoop loop;

  /** Builds the tables and checks the engine on them. */
  @Setup
  public void build() {
    TableImage image = ImageSpec.USUAL.over(slots, SlotMemory.SHARED_SEGMENT).build();
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
    return loop.dependent(gvas, 0, WALKS, zero);
  }

  /** The walks overlap. */
  @Benchmark
  @OperationsPerInvocation(WALKS)
  public long independent() {
    return loop.independent(gvas, 0, WALKS);
  }
}
