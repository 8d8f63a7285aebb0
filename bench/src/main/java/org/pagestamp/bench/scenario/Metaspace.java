package org.pagestamp.bench.scenario;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;

/** What the JVM's classes take. */
final class Metaspace {
  private Metaspace() {}

  /** Bytes in use after a full collection, in which classes are unloaded. */
  static long usedAfterCollection() {
    System.gc();
    System.gc(); // what the first made unreachable by clearing references
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getName().equals("Metaspace"))
        .map(MemoryPoolMXBean::getUsage)
        .findAny()
        .orElseThrow(() -> new UnsupportedOperationException("this JVM has no pool 'Metaspace'"))
        .getUsed();
  }

  /** How many classes were unloaded so far. */
  static long unloadedClasses() {
    return ManagementFactory.getClassLoadingMXBean().getUnloadedClassCount();
  }
}
