package org.pagestamp.codegen;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/**
 * A walker that starts interpreted and goes over to a generated class once one is there. Made by
 * {@link TieredStamper#walker}.
 *
 * <p>Any number of threads may walk at once, each with its own {@link VcpuState}. A thread goes
 * over with one of its next walks after the class is there; a walk that has begun ends as it began.
 * Both walkers give the same answers, so nobody can tell but by the time. No walk allocates or
 * waits.
 */
public final class TieredWalker extends Walker {
  private final Stamper stamper;
  private final Executor executor;
  private final AtomicBoolean asked = new AtomicBoolean();
  private volatile Walker current;

  /** What is to be counted; null once there were enough walks. */
  private volatile RecentWalks counted;

  private volatile Throwable failure;

  TieredWalker(Role role, SlotLayout layout, Stamper stamper, Executor executor, int threshold) {
    super(role, layout);
    this.stamper = stamper;
    this.executor = executor;
    this.current = new InterpretedWalker(role, layout);
    this.counted = new RecentWalks(threshold);
  }

  @Override
  public long walk(VcpuState vcpu, long gva, int access) {
    Walker walker = current;
    return walker instanceof InterpretedWalker interpreted
        ? walkAndCount(interpreted, vcpu, gva, access)
        : walker.walk(vcpu, gva, access);
  }

  private long walkAndCount(InterpretedWalker walker, VcpuState vcpu, long gva, int access) {
    long result = walker.walk(vcpu, gva, access);
    RecentWalks walks = counted;
    if (walks != null && walks.add(vcpu.cr3(), gva, access)) {
      ask(vcpu);
    }
    return result;
  }

  @Override
  public void walkAll(VcpuState vcpu, long[] gvas, int access, long[] results) {
    Walker walker = current;
    if (walker instanceof InterpretedWalker) {
      RecentWalks walks = counted;
      if (walks != null) {
        walks.addBatch();
      }
      super.walkAll(vcpu, gvas, access, results); // walks one by one, and so counts them
    } else {
      walker.walkAll(vcpu, gvas, access, results);
    }
  }

  @Override
  public long probe(VcpuState vcpu, long gva, int access) {
    return current.probe(vcpu, gva, access);
  }

  @Override
  public WalkTrace explain(VcpuState vcpu, long gva, int access) {
    return current.explain(vcpu, gva, access);
  }

  /**
   * The walker that walks at present: an {@link InterpretedWalker} first, later one of a generated
   * class, which then stays. To save the step through this object call that one directly; walks of
   * the interpreted one do not count when they are called directly.
   */
  public Walker current() {
    return current;
  }

  /** Whether the generated class walks. */
  public boolean isStamped() {
    return !(current instanceof InterpretedWalker);
  }

  /**
   * What went wrong last, if anything did. The walker stays interpreted meanwhile. If the executor
   * refused the task, it is asked again after {@value TieredStamper#DEFAULT_THRESHOLD} walks, or as
   * many as were asked for; if the class could not be made, or not be warmed up, the walker remains
   * interpreted. Empty once the class walks.
   */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** Hands the making of the class to the executor, unless that was done; before any walk. */
  void ask() {
    ask(new VcpuState());
  }

  private void ask(VcpuState vcpu) {
    RecentWalks walks = counted;
    if (walks == null || !asked.compareAndSet(false, true)) {
      return;
    }
    counted = null;
    walks.take(vcpu);
    try {
      executor.execute(() -> goOver(walks));
    } catch (RuntimeException | Error e) { // whatever it is, the walk at hand is right
      failure = e;
      walks.restart(TieredStamper.DEFAULT_THRESHOLD);
      asked.set(false);
      counted = walks;
    }
  }

  private void goOver(RecentWalks walks) {
    try {
      Walker stamped = stamper.stamp(role(), layout());
      if (walks.size() > 0 && WarmUp.mayRead(layout())) {
        new WarmUp(walks).run(stamped, current);
      }
      current = stamped;
      failure = null;
    } catch (RuntimeException | Error e) { // a thread of the executor's, whose owner asks for it
      failure = e;
    }
  }
}
