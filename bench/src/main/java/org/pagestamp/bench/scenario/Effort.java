package org.pagestamp.bench.scenario;

/**
 * How long to measure.
 *
 * @param blockMillis length of a block of warm-up
 * @param leastBlocks blocks of warm-up in any case
 * @param steadyBlocks warm-up ends after so many blocks in which no loop got faster
 * @param mostBlocks blocks of warm-up at most
 * @param compareMillis time for each comparison, unless {@code mostPairs} come first
 * @param leastPairs pairs of chunks for each comparison in any case
 * @param mostPairs pairs of chunks for each comparison at most
 * @param stamps classes stamped to warm up the stamper; a sixteenth of it is a sample
 * @param classes classes kept to see what they take
 * @param cycles classes stamped and dropped
 */
public record Effort(
    int blockMillis,
    int leastBlocks,
    int steadyBlocks,
    int mostBlocks,
    int compareMillis,
    int leastPairs,
    int mostPairs,
    int stamps,
    int classes,
    int cycles) {
  /** A minute or two for the scenarios of a quick run. */
  public static final Effort QUICK = new Effort(100, 6, 4, 20, 60, 50, 4_000, 8_000, 300, 5_000);

  /** What results are published with. */
  public static final Effort FULL =
      new Effort(200, 10, 5, 50, 500, 200, 4_000, 20_000, 1_000, 100_000);

  /** To see that everything works; the numbers mean nothing. */
  public static final Effort TRIAL = new Effort(1, 1, 1, 1, 1, 2, 2, 20, 20, 20);

  /**
   * The effort of this name.
   *
   * @throws IllegalArgumentException if it is none of quick, full and trial
   */
  public static Effort named(String name) {
    return switch (name) {
      case "quick" -> QUICK;
      case "full" -> FULL;
      case "trial" -> TRIAL;
      default -> throw new IllegalArgumentException("no effort '" + name + "'");
    };
  }
}
