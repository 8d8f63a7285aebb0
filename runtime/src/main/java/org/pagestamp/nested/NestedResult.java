package org.pagestamp.nested;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.walk.WalkResult;

/**
 * The answer of a two-dimensional walk, packed in a {@code long}.
 *
 * <p>A success is a {@link WalkResult} of the guest's walk, of which all parts say what they always
 * do, but that the page is the one in the slots, after stage 2. The bits that are free there tell
 * of stage 2:
 *
 * <pre>
 * 54  stage 2 allows data reads         55  stage 2 allows data writes: it does, and either D is
 * 56  stage 2 allows fetches                set or there is none, or the access was a write
 *                                       58:57  level of the leaf of stage 2, XOR 1
 * </pre>
 *
 * <p>Fetches are those of the mode that the page, or the access, has ({@link
 * org.pagestamp.stage2.Stage2Format#modeOfPage}). All that stage 2 says is in {@link
 * NestedState#page}.
 *
 * <p>A fault is either the guest's own, a {@link WalkResult}, or a fault of stage 2, a {@link
 * Stage2Result}; {@link #isStage2Fault} tells them apart.
 */
public final class NestedResult {
  /** Stage 2 allows data reads. */
  public static final long STAGE2_READABLE = 1L << 54;

  /** Stage 2 allows data writes now. */
  public static final long STAGE2_WRITABLE = 1L << 55;

  /** Stage 2 allows fetches. */
  public static final long STAGE2_EXECUTABLE = 1L << 56;

  private static final int STAGE2_LEVEL_SHIFT = 57;

  /** Where a fault of stage 2 has its kind; clear in a fault of the guest. */
  private static final long STAGE2_FAULT = 3L << 8;

  private NestedResult() {}

  /** Whether the walk failed. */
  public static boolean isFault(long result) {
    return WalkResult.isFault(result);
  }

  /**
   * Whether the walk failed in stage 2, so that the fault is for the one who runs the guest;
   * otherwise a fault is the guest's own.
   */
  public static boolean isStage2Fault(long result) {
    return isFault(result) && (result & STAGE2_FAULT) != 0;
  }

  /**
   * The bits of a success that tell of stage 2.
   *
   * @param page a success of stage 2
   * @param user whether fetches are from user mode
   */
  public static long stage2Bits(long page, boolean user) {
    boolean writable = Stage2Result.isWritable(page) && !Stage2Result.isWriteWithheld(page);
    boolean executable =
        user ? Stage2Result.isUserExecutable(page) : Stage2Result.isExecutable(page);
    return (Stage2Result.isReadable(page) ? STAGE2_READABLE : 0)
        | (writable ? STAGE2_WRITABLE : 0)
        | (executable ? STAGE2_EXECUTABLE : 0)
        | (long) (Stage2Result.level(page) ^ 1) << STAGE2_LEVEL_SHIFT;
  }

  /** Of a success: the level of the leaf of stage 2, 1 to 3. */
  public static int stage2Level(long result) {
    return ((int) (result >>> STAGE2_LEVEL_SHIFT) & 3) ^ 1;
  }

  /** Of a success: R/W at all levels of the guest's tables, and stage 2 allows writes now. */
  public static boolean isWritable(long result) {
    return WalkResult.isWritable(result) && (result & STAGE2_WRITABLE) != 0;
  }

  /** Of a success: no level of the guest's tables has NX, and stage 2 allows fetches. */
  public static boolean isExecutable(long result) {
    return WalkResult.isExecutable(result) && (result & STAGE2_EXECUTABLE) != 0;
  }

  /** Of a success: stage 2 allows reads; the guest's tables always do. */
  public static boolean isReadable(long result) {
    return (result & STAGE2_READABLE) != 0;
  }

  /**
   * Of a success: the level whose page is the smaller, by which a TLB can keep the translation.
   *
   * <p>A large page of 2-level paging is of 4 MiB, of other formats of 2 MiB; both are level 2.
   */
  public static int effectiveLevel(long result) {
    int guest = WalkResult.level(result);
    return guest == 0 ? stage2Level(result) : Math.min(guest, stage2Level(result));
  }

  /** Of a success: the frame in the slots, as {@link WalkResult#pageGpa}. */
  public static long pageGpa(long result) {
    return result & EntryBits.FRAME;
  }

  /** The result in words. */
  public static String toString(long result) {
    if (isStage2Fault(result)) {
      int level = Stage2Result.guestLevel(result);
      return Stage2Result.toString(result)
          + (level == 0 ? "" : ", for the guest's table of level " + level);
    }
    if (isFault(result)) {
      return WalkResult.toString(result);
    }
    return WalkResult.toString(result)
        + " stage2 level "
        + stage2Level(result)
        + ' '
        + (isReadable(result) ? 'r' : '-')
        + ((result & STAGE2_WRITABLE) != 0 ? 'w' : '-')
        + ((result & STAGE2_EXECUTABLE) != 0 ? 'x' : '-');
  }
}
