package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pagestamp.walk.Walker;

/** A stamper holds the classes it keeps, and no trace of those that it has forgotten. */
class MetaspaceTest {
  private static final int KEPT = 16;
  private static final int WARM_UP = 500;
  private static final int STAMPED = 2_000;
  private static final int LIVE = 200;

  private static final MemoryPoolMXBean METASPACE =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getName().equals("Metaspace"))
          .findFirst()
          .orElseThrow();

  private final Stamper stamper = new Stamper(KEPT);

  @Test
  void forgottenClassesAreUnloadedAndLeaveNothingInMetaspace() {
    // The JIT's profiles of the generator itself are in metaspace too, and grow at first.
    long before = metaspaceOnceUnloaded(stampAndDrop(WARM_UP));
    long cost = costOfLiveClasses();
    long unloadedBefore = unloaded();
    List<WeakReference<Class<?>>> classes = stampAndDrop(STAMPED);
    long left = metaspaceOnceUnloaded(classes) - before;
    assertEquals(KEPT, alive(classes));
    long unloaded = unloaded() - unloadedBefore;
    assertTrue(unloaded >= STAMPED - KEPT, () -> unloaded + " classes unloaded");
    assertTrue(
        left < cost,
        () -> STAMPED + " classes left " + left + " bytes, " + LIVE + " live ones take " + cost);
  }

  private static long costOfLiveClasses() {
    long before = METASPACE.getUsage().getUsed();
    List<Walker> live = walkers(new Stamper(0), LIVE).toList();
    try {
      return METASPACE.getUsage().getUsed() - before;
    } finally {
      Reference.reachabilityFence(live);
    }
  }

  private static long unloaded() {
    return ManagementFactory.getClassLoadingMXBean().getUnloadedClassCount();
  }

  /** Walkers of that many classes, each over memory of its own. */
  private static Stream<Walker> walkers(Stamper stamper, int count) {
    return Stream.generate(() -> stamper.stamp(Layouts.FOUR_LEVEL, Layouts.ram(1))).limit(count);
  }

  private List<WeakReference<Class<?>>> stampAndDrop(int count) {
    return walkers(stamper, count)
        .<WeakReference<Class<?>>>map(walker -> new WeakReference<>(walker.getClass()))
        .toList();
  }

  /** Bytes of metaspace in use when no more than the kept classes are alive. */
  private static long metaspaceOnceUnloaded(List<WeakReference<Class<?>>> classes) {
    for (int i = 0; i < 50 && (i == 0 || alive(classes) > KEPT); i++) {
      System.gc();
    }
    return METASPACE.getUsage().getUsed();
  }

  private static long alive(List<WeakReference<Class<?>>> classes) {
    return classes.stream().filter(reference -> reference.get() != null).count();
  }
}
