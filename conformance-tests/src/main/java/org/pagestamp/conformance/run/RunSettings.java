package org.pagestamp.conformance.run;

import java.util.List;
import org.pagestamp.conformance.Shard;
import org.pagestamp.mode.PagingMode;

/**
 * What a run is to do.
 *
 * @param modes paging modes, in the order in which they run
 * @param seed the seed of everything random
 * @param walks random walks for each mode, random group and subject
 * @param shard which part of the run this is
 * @param failuresKept how many failures to keep of each mode, group and engine
 */
public record RunSettings(
    List<PagingMode> modes, long seed, long walks, Shard shard, int failuresKept) {
  /** All modes with paging. */
  public static final List<PagingMode> PAGING =
      List.of(PagingMode.TWO_LEVEL, PagingMode.PAE, PagingMode.FOUR_LEVEL, PagingMode.FIVE_LEVEL);

  /** Every mode, seed 1, a quarter of a million random walks each, one part. */
  public static final RunSettings DEFAULT =
      new RunSettings(List.of(PagingMode.values()), 1, 250_000, Shard.WHOLE, 20);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public RunSettings {
    modes = List.copyOf(modes);
    if (walks < 0) {
      throw new IllegalArgumentException("walks are negative: " + walks);
    }
    if (failuresKept < 1) {
      throw new IllegalArgumentException("at least one failure must be kept: " + failuresKept);
    }
  }

  /** The same with other modes. */
  public RunSettings withModes(List<PagingMode> others) {
    return new RunSettings(others, seed, walks, shard, failuresKept);
  }
}
