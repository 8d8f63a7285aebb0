package org.pagestamp.bench.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkStep;
import org.pagestamp.walk.Walker;

/**
 * What memory takes where nothing has to be found out: the entries of each walk, at addresses that
 * were written down before. No load waits for another. Four levels; there is no dependent loop. A
 * template, as {@link ChaseLoop}.
 */
final class KnownLoadsLoop implements WalkLoop {
  private static final TableImage IMAGE = LoopClass.image(MethodHandles.lookup(), TableImage.class);
  private static final MemorySegment MEMORY = IMAGE.memory();
  private static final int LEVELS = 4;

  private final Walker walker;
  private final VcpuState vcpu;
  private final int access;

  /** Where the entries of each walk are, in the order of the image's addresses. */
  private final long[] gpas;

  /** So that the loads of the upper levels are not left out. */
  long upper;

  KnownLoadsLoop(TableImage image, List<Walker> walkers) {
    walker = walkers.getFirst();
    vcpu = image.vcpu();
    access = image.access();
    gpas = new long[LEVELS * image.gvas().length];
    int i = 0;
    for (long gva : image.gvas()) {
      for (WalkStep step : steps(gva)) {
        gpas[i++] = step.entryGpa();
      }
    }
  }

  private List<WalkStep> steps(long gva) {
    List<WalkStep> steps = walker.explain(vcpu, gva, access).steps();
    if (steps.size() != LEVELS) {
      throw new IllegalStateException(steps.size() + " entries: " + LEVELS + " are expected");
    }
    return steps;
  }

  @Override
  public long walk(long gva) {
    return steps(gva).getLast().entry();
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    return independent(gvas, from, to);
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    long others = 0;
    long sum = 0;
    for (int i = LEVELS * from; i < LEVELS * to; i += LEVELS) {
      others += load(gpas[i]) + load(gpas[i + 1]) + load(gpas[i + 2]);
      sum += load(gpas[i + 3]);
    }
    upper += others;
    return sum;
  }

  private static long load(long gpa) {
    return MEMORY.get(ValueLayout.JAVA_LONG_UNALIGNED, gpa);
  }
}
