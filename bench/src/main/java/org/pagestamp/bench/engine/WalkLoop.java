package org.pagestamp.bench.engine;

/** Walks of many addresses by one engine: what is timed. */
public interface WalkLoop {
  /** One walk. */
  long walk(long gva);

  /**
   * Walks one address after the other, each only once the walk before has its result: the time is
   * that of the chain of loads, as in an emulator whose next access depends on this one.
   *
   * @param from index of the first address
   * @param to index after the last
   * @param zero 0, which the compiler must not know: it ties each address to the result before
   * @return the sum of the results
   */
  long dependent(long[] gvas, int from, int to, long zero);

  /**
   * Walks addresses that are all known in advance: the CPU overlaps the walks, so the time is that
   * of the instructions.
   *
   * @param from index of the first address
   * @param to index after the last
   * @return the sum of the results
   */
  long independent(long[] gvas, int from, int to);
}
