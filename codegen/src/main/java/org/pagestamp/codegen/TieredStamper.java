package org.pagestamp.codegen;

import java.util.Objects;
import java.util.concurrent.Executor;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;

/**
 * Makes walkers that can be used at once and become fast later, so that no virtual CPU waits when
 * the guest changes its mode or a memory slot comes or goes.
 *
 * <p>A new walker is interpreted. After a number of walks, which tells that it is worth it, the
 * executor is asked to stamp the class for its role and layout and to warm it up: to repeat recent
 * walks, as an {@linkplain org.pagestamp.walk.VcpuState#observer observer} that stores nothing,
 * until the JIT has compiled the class. Then the walker goes over to it. The executor reads guest
 * memory meanwhile; classes for memory behind a {@link org.pagestamp.slot.MemoryAccessor}, or
 * confined to another thread, are not warmed up. Each class takes the executor tens of
 * milliseconds.
 *
 * <p>The walkers most recently asked for are kept, with their layouts' memory. So a guest that
 * flips CR0.WP, or whose slot is removed and put back, gets its class back. Layouts are compared
 * slot by slot only when an equal one comes for the first time; otherwise a lookup takes far less
 * than a microsecond.
 *
 * <p>Safe for use by several threads. Starts none of its own.
 */
public final class TieredStamper {
  /** After how many walks a class is made unless told otherwise. */
  public static final int DEFAULT_THRESHOLD = 10_000;

  /** How many walkers are kept unless told otherwise. */
  public static final int DEFAULT_KEPT = 64;

  private final Stamper stamper;
  private final Executor executor;
  private final int threshold;
  private final KeptWalkers<Role, TieredWalker> kept;

  /**
   * With {@value #DEFAULT_THRESHOLD} walks before a class is made, and {@value #DEFAULT_KEPT}
   * walkers kept.
   *
   * @param stamper makes the classes, on the executor's threads
   * @param executor runs the making of classes; one that runs tasks in the calling thread makes
   *     that thread's walk wait. Tasks that it drops leave walkers interpreted
   */
  public TieredStamper(Stamper stamper, Executor executor) {
    this(stamper, executor, DEFAULT_THRESHOLD, DEFAULT_KEPT);
  }

  /**
   * With numbers of one's own.
   *
   * @param stamper makes the classes, on the executor's threads
   * @param executor runs the making of classes
   * @param threshold how many walks a walker makes before its class is made. With 0 the executor is
   *     asked in {@link #walker}, when there are no walks yet to warm the class up with
   * @param kept how many walkers to keep; 0 keeps none
   * @throws IllegalArgumentException if a number is negative
   */
  public TieredStamper(Stamper stamper, Executor executor, int threshold, int kept) {
    if (threshold < 0) {
      throw new IllegalArgumentException("a threshold of " + threshold + " walks");
    }
    this.stamper = Objects.requireNonNull(stamper, "stamper");
    this.executor = Objects.requireNonNull(executor, "executor");
    this.threshold = threshold;
    this.kept = new KeptWalkers<>(kept);
  }

  /**
   * The walker for a role and a layout: a kept one, or a new one, which is interpreted. Never waits
   * for a class.
   *
   * @throws IllegalArgumentException if the layout cannot update the role's entries as its update
   *     mode demands
   */
  public TieredWalker walker(Role role, SlotLayout layout) {
    return kept.walker(role, layout, () -> make(role, layout));
  }

  private TieredWalker make(Role role, SlotLayout layout) {
    TieredWalker made = new TieredWalker(role, layout, stamper, executor, threshold);
    if (threshold == 0) {
      made.ask();
    }
    return made;
  }

  /** Forgets all kept walkers; those in use go on. */
  public void clear() {
    kept.clear();
  }
}
