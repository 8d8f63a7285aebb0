package org.pagestamp.stage2;

import java.util.Locale;
import org.pagestamp.mode.EntryBits;

/**
 * The answer of a stage-2 walk, packed in a {@code long}; this class names its parts. EPT and NPT
 * answer alike.
 *
 * <pre>
 * success  0      1
 *          1      R: data reads are allowed           2      W: data writes are
 *          3      X: fetches from supervisor mode     4      XU: fetches from user mode
 *          5      A of the leaf after the walk        6      D of the leaf after the walk
 *          9:7    memory type of the leaf (EPT), or index into the PAT
 *          11:10  level of the leaf, XOR 1
 *          51:12  gpa of the 4-KiB page, in the slots
 *          52     the page lies in no slot (MMIO)     53     the page lies in a read-only slot
 *          54     W is withheld: D is clear, and the access was no write
 *          55     a write that left D clear: the leaf is in a read-only slot
 *          56     ignore-PAT (EPT)
 * fault    0      0
 *          3:1    level of the stage-2 entry; 0 if none
 *          9:8    1 EPT violation, 2 EPT misconfiguration or full log, 3 nested page fault
 *          12:10  {@link Stage2Cause}
 *          15:13  the level whose table was to be read, of a two-dimensional walk; 0: none was
 *          48:32  exit qualification, or what stands for EXITINFO1
 * </pre>
 *
 * <p>R, W, X and XU are the rights of all levels combined. Bits 0, 52 and 53, and the page, stand
 * where a {@link org.pagestamp.walk.WalkResult} has them; a fault's bits 9:8 are never set there.
 */
public final class Stage2Result {
  /** Set in the result of every successful walk. */
  public static final long SUCCESS = 1L;

  /** Data reads are allowed. */
  public static final long READABLE = 1L << 1;

  /** Data writes are allowed. */
  public static final long WRITABLE = 1L << 2;

  /** Fetches from supervisor mode are allowed. */
  public static final long EXECUTABLE = 1L << 3;

  /** Fetches from user mode are allowed. */
  public static final long USER_EXECUTABLE = 1L << 4;

  /** A of the leaf after the walk; never set where the format has none. */
  public static final long ACCESSED = 1L << 5;

  /** D of the leaf after the walk; never set where the format has none. */
  public static final long DIRTY = 1L << 6;

  /** Where the memory type is. */
  public static final int TYPE_SHIFT = 7;

  /** W counts only once a write has walked, which sets D. */
  public static final long WRITE_WITHHELD = 1L << 54;

  /** A write was allowed, yet left D clear, since the leaf is in a read-only slot. */
  public static final long CLEAN_WRITE = 1L << 55;

  /** EPT bit 6 of the leaf. */
  public static final long IGNORE_PAT = 1L << 56;

  /** Of a fault: bits 8:0 of an exit qualification that tell of FINAL. */
  static final int CODE_FINAL = 1 << 8;

  private static final int LEVEL_SHIFT = 10;
  private static final int FAULT_LEVEL_SHIFT = 1;
  private static final int FAULT_SHIFT = 8;
  private static final int CAUSE_SHIFT = 10;
  private static final int GUEST_LEVEL_SHIFT = 13;
  private static final int CODE_SHIFT = 32;
  private static final int CODE_BITS = 0x1_FFFF;
  private static final int INFO1_LOW = 0x7F;
  private static final long INFO1_FINAL = 1L << 32;
  private static final long INFO1_TABLE = 1L << 33;

  private Stage2Result() {}

  /**
   * A fault.
   *
   * @param code exit qualification; for a nested page fault bits 6:0 of EXITINFO1 and in bit 8
   *     whether the access was other than to a guest's table
   * @param level of the stage-2 entry that decided, 1 to 5, or 0 if none was read
   */
  public static long fault(Stage2Fault fault, Stage2Cause cause, int code, int level) {
    int number =
        switch (fault) {
          case EPT_VIOLATION -> 1;
          case EPT_MISCONFIGURATION, PML_FULL -> 2;
          case NESTED_PAGE_FAULT -> 3;
        };
    return ((long) code << CODE_SHIFT)
        | ((long) number << FAULT_SHIFT)
        | ((long) cause.number() << CAUSE_SHIFT)
        | ((long) level << FAULT_LEVEL_SHIFT);
  }

  /** The same fault, found while a table of the guest was to be read. */
  public static long inTable(long result, int guestLevel) {
    return result | (long) guestLevel << GUEST_LEVEL_SHIFT;
  }

  /** The same fault, with further bits of its exit qualification. */
  public static long withQualification(long result, int bits) {
    return result | (long) bits << CODE_SHIFT;
  }

  /** Whether the walk failed. */
  public static boolean isFault(long result) {
    return (result & SUCCESS) == 0;
  }

  /** Of a fault: how it is reported. */
  public static Stage2Fault fault(long result) {
    return switch ((int) (result >>> FAULT_SHIFT) & 3) {
      case 1 -> Stage2Fault.EPT_VIOLATION;
      case 2 ->
          cause(result) == Stage2Cause.PML_FULL
              ? Stage2Fault.PML_FULL
              : Stage2Fault.EPT_MISCONFIGURATION;
      case 3 -> Stage2Fault.NESTED_PAGE_FAULT;
      default ->
          throw new IllegalArgumentException("no stage-2 fault: " + Long.toHexString(result));
    };
  }

  /** Of a fault: the finer cause. */
  public static Stage2Cause cause(long result) {
    return Stage2Cause.of((int) (result >>> CAUSE_SHIFT) & 7);
  }

  /** Of a fault: the level of the stage-2 entry that decided, 1 to 5; 0 if no single entry did. */
  public static int faultLevel(long result) {
    return (int) (result >>> FAULT_LEVEL_SHIFT) & 7;
  }

  /** Of a fault: the level whose table the guest's walk was to read; 0 if it was none. */
  public static int guestLevel(long result) {
    return (int) (result >>> GUEST_LEVEL_SHIFT) & 7;
  }

  /** Of an EPT violation: the exit qualification (Intel SDM vol. 3, table 27-7). */
  public static int qualification(long result) {
    return (int) (result >>> CODE_SHIFT) & CODE_BITS;
  }

  /** Of a nested page fault: EXITINFO1 (AMD APM vol. 2, section 15.25.6). */
  public static long exitInfo1(long result) {
    int code = qualification(result);
    return (code & INFO1_LOW) | ((code & CODE_FINAL) != 0 ? INFO1_FINAL : INFO1_TABLE);
  }

  /** Of a success: the gpa of the 4-KiB page that holds the address, whatever the page size. */
  public static long pageGpa(long result) {
    return result & EntryBits.FRAME;
  }

  /** Of a success: where {@code gpa}, the address that was walked, is in the slots. */
  public static long gpa(long result, long gpa) {
    return pageGpa(result) | (gpa & 0xFFF);
  }

  /** Of a success: the level of the leaf, 1 to 3. */
  public static int level(long result) {
    return ((int) (result >>> LEVEL_SHIFT) & 3) ^ 1;
  }

  /**
   * The bits of a success that tell the level.
   *
   * @param level of the leaf, 1 to 3
   */
  public static long levelBits(int level) {
    return (long) (level ^ 1) << LEVEL_SHIFT;
  }

  /** Of a success: {@link #READABLE}. */
  public static boolean isReadable(long result) {
    return (result & READABLE) != 0;
  }

  /** Of a success: {@link #WRITABLE}, withheld or not. */
  public static boolean isWritable(long result) {
    return (result & WRITABLE) != 0;
  }

  /** Of a success: {@link #EXECUTABLE}. */
  public static boolean isExecutable(long result) {
    return (result & EXECUTABLE) != 0;
  }

  /** Of a success: {@link #USER_EXECUTABLE}. */
  public static boolean isUserExecutable(long result) {
    return (result & USER_EXECUTABLE) != 0;
  }

  /** Of a success: {@link #ACCESSED}. */
  public static boolean isAccessed(long result) {
    return (result & ACCESSED) != 0;
  }

  /** Of a success: {@link #DIRTY}. */
  public static boolean isDirty(long result) {
    return (result & DIRTY) != 0;
  }

  /** Of a success: {@link #WRITE_WITHHELD}, KVM's {@code protect_clean_gpte}. */
  public static boolean isWriteWithheld(long result) {
    return (result & WRITE_WITHHELD) != 0;
  }

  /** Of a success: {@link #CLEAN_WRITE}. */
  public static boolean isCleanWrite(long result) {
    return (result & CLEAN_WRITE) != 0;
  }

  /** Of a success: the leaf's memory type, 0 to 7, or in NPT the index into the PAT. */
  public static int memoryType(long result) {
    return (int) (result >>> TYPE_SHIFT) & 7;
  }

  /** Of a success in EPT: the memory type stands alone. */
  public static boolean ignoresPat(long result) {
    return (result & IGNORE_PAT) != 0;
  }

  /** The result in words. */
  public static String toString(long result) {
    if (isFault(result)) {
      String code =
          switch (fault(result)) {
            case EPT_VIOLATION -> " 0x" + Integer.toHexString(qualification(result));
            case EPT_MISCONFIGURATION, PML_FULL -> "";
            case NESTED_PAGE_FAULT -> " 0x" + Long.toHexString(exitInfo1(result));
          };
      return String.format(
          Locale.ROOT,
          "%s%s at level %d: %s",
          fault(result),
          code,
          faultLevel(result),
          cause(result));
    }
    return String.format(
        Locale.ROOT,
        "gpa 0x%x level %d %s%s%s%s%s%s%s%s type=%d",
        pageGpa(result),
        level(result),
        isReadable(result) ? "r" : "-",
        isWritable(result) ? "w" : "-",
        isExecutable(result) ? "x" : "-",
        isUserExecutable(result) ? "u" : "-",
        isAccessed(result) ? " accessed" : "",
        isDirty(result) ? " dirty" : "",
        isWriteWithheld(result) ? " write-withheld" : "",
        isCleanWrite(result) ? " clean-write" : "",
        memoryType(result));
  }
}
