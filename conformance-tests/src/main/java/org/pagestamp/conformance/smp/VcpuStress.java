package org.pagestamp.conformance.smp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.pagestamp.vcpu.WalkerSource;

/**
 * Runs virtual CPUs on threads of their own against one guest, while one more thread changes its
 * slots and another takes its dirty logs.
 *
 * <p>Checked: that each answer comes from one leaf entry and one set of slots; that values in
 * memory are whole; that LOCKed increments add up; that copies kept up by dirty logs alone equal
 * memory whenever the virtual CPUs stop; that nothing throws.
 */
public final class VcpuStress {
  /** Fewest threads: two virtual CPUs, and those that change slots and take logs. */
  public static final int MIN_THREADS = 4;

  private static final Duration EPOCH = Duration.ofMillis(250);
  private static final int TAKES_IN_A_ROW = 64;
  private static final int REST_MICROS = 500;

  private final int threads;
  private final WalkerSource walkers;
  private final boolean tlb;
  private final long seed;

  /**
   * A run that has not begun.
   *
   * @param threads how many, of which all but two are virtual CPUs
   * @param walkers shared by all virtual CPUs
   * @param tlb whether each virtual CPU has a TLB, which answers where it can
   * @param seed of what each thread does; not of how they meet
   * @throws IllegalArgumentException if there are fewer than {@value #MIN_THREADS} threads
   */
  public VcpuStress(int threads, WalkerSource walkers, boolean tlb, long seed) {
    if (threads < MIN_THREADS) {
      throw new IllegalArgumentException(
          threads + " threads: " + MIN_THREADS + " at least, of which two are no virtual CPUs");
    }
    this.threads = threads;
    this.walkers = walkers;
    this.tlb = tlb;
    this.seed = seed;
  }

  /**
   * Runs in the calling thread, which takes the logs, and in others, which end with the run.
   *
   * @param duration for how long; at least one epoch of a quarter of a second
   * @param progress told now and then how much of it is over
   * @throws InterruptedException if the calling thread is interrupted
   */
  public StressReport run(Duration duration, Consumer<Duration> progress)
      throws InterruptedException {
    StressLog log = new StressLog();
    try (StressGuest guest = new StressGuest()) {
      Pause pause = new Pause();
      List<Thread> others = new ArrayList<>();
      int vcpus = threads - 2;
      for (int i = 0; i < vcpus; i++) {
        StressVcpu vcpu = new StressVcpu(guest, log, pause, walkers, tlb, seed, i, vcpus);
        others.add(new Thread(vcpu, "vcpu-" + i));
      }
      others.add(new Thread(new LayoutChanger(guest, log, pause, seed - 1), "slots"));
      others.forEach(Thread::start);
      harvest(new DirtyHarvest(guest, log), pause, duration, progress);
      for (Thread other : others) {
        other.join();
      }
    }
    return log.report();
  }

  private static void harvest(
      DirtyHarvest harvest, Pause pause, Duration duration, Consumer<Duration> progress)
      throws InterruptedException {
    long start = System.nanoTime();
    boolean last;
    do {
      harvest.begin();
      long epoch = System.nanoTime();
      do {
        for (int i = 0; i < TAKES_IN_A_ROW; i++) {
          harvest.take();
        }
        TimeUnit.MICROSECONDS.sleep(REST_MICROS);
      } while (System.nanoTime() - epoch < EPOCH.toNanos());
      Duration over = Duration.ofNanos(System.nanoTime() - start);
      progress.accept(over);
      last = over.compareTo(duration) >= 0;
      pause.during(harvest::end, last);
    } while (!last);
  }
}
