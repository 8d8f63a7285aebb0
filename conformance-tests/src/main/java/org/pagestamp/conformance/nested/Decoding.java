package org.pagestamp.conformance.nested;

import java.util.List;
import java.util.Locale;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.stage2.Stage2Cause;
import org.pagestamp.stage2.Stage2Fault;
import org.pagestamp.stage2.Stage2Result;

/** Whether the results' names of their parts are those of the documented bits. */
final class Decoding {
  private static final long FRAME = 0x000F_FFFF_FFFF_F000L;
  private static final Stage2Fault[] FAULTS = {
    null, Stage2Fault.EPT_VIOLATION, Stage2Fault.EPT_MISCONFIGURATION, Stage2Fault.NESTED_PAGE_FAULT
  };
  private static final Stage2Cause[] CAUSES = {
    Stage2Cause.NOT_PRESENT,
    Stage2Cause.RESERVED,
    Stage2Cause.RIGHTS,
    Stage2Cause.TABLE_IN_NO_SLOT,
    Stage2Cause.GPA_TOO_WIDE,
    Stage2Cause.UPDATE_CONTENDED,
    Stage2Cause.PML_FULL
  };

  private Decoding() {}

  private static boolean bit(long word, int bit) {
    return (word >>> bit & 1) != 0;
  }

  private static void require(boolean right, String what, long word, List<String> problems) {
    if (!right) {
      problems.add(String.format(Locale.ROOT, "%s of 0x%x is not told rightly", what, word));
    }
  }

  /** Adds what is wrong with the parts of a {@link Stage2Result}. */
  static void requireStage2(long word, List<String> problems) {
    boolean fault = !bit(word, 0);
    require(fault == Stage2Result.isFault(word), "fault", word, problems);
    if (fault) {
      requireFault(word, problems);
      return;
    }
    require(Stage2Result.isReadable(word) == bit(word, 1), "R", word, problems);
    require(Stage2Result.isWritable(word) == bit(word, 2), "W", word, problems);
    require(Stage2Result.isExecutable(word) == bit(word, 3), "X", word, problems);
    require(Stage2Result.isUserExecutable(word) == bit(word, 4), "XU", word, problems);
    require(Stage2Result.isAccessed(word) == bit(word, 5), "A", word, problems);
    require(Stage2Result.isDirty(word) == bit(word, 6), "D", word, problems);
    require(Stage2Result.memoryType(word) == (word >>> 7 & 7), "type", word, problems);
    require(Stage2Result.level(word) == ((word >>> 10 & 3) ^ 1), "level", word, problems);
    require(Stage2Result.pageGpa(word) == (word & FRAME), "page", word, problems);
    long byteGpa = (word & FRAME) | 0xABC;
    require(Stage2Result.gpa(word, 0x1234_5ABCL) == byteGpa, "gpa", word, problems);
    require(Stage2Result.isWriteWithheld(word) == bit(word, 54), "withheld W", word, problems);
    require(Stage2Result.isCleanWrite(word) == bit(word, 55), "clean write", word, problems);
    require(Stage2Result.ignoresPat(word) == bit(word, 56), "ignore-PAT", word, problems);
  }

  private static void requireFault(long word, List<String> problems) {
    int code = (int) (word >>> 32) & 0x1_FFFF;
    Stage2Cause cause = CAUSES[(int) (word >>> 10) & 7];
    boolean log = cause == Stage2Cause.PML_FULL;
    Stage2Fault kind = log ? Stage2Fault.PML_FULL : FAULTS[(int) (word >>> 8) & 3];
    require(Stage2Result.fault(word) == kind, "kind", word, problems);
    require(Stage2Result.cause(word) == cause, "cause", word, problems);
    require(Stage2Result.faultLevel(word) == (word >>> 1 & 7), "level", word, problems);
    require(Stage2Result.guestLevel(word) == (word >>> 13 & 7), "guest level", word, problems);
    require(Stage2Result.qualification(word) == code, "qualification", word, problems);
    if (kind == Stage2Fault.NESTED_PAGE_FAULT) {
      long stage = bit(code, 8) ? 1L << 32 : 1L << 33;
      long info = (code & 0x1F) | stage;
      require(Stage2Result.exitInfo1(word) == info, "EXITINFO1", word, problems);
    }
  }

  /** Adds what is wrong with the parts of a {@link NestedResult}. */
  static void requireNested(long word, List<String> problems) {
    boolean fault = !bit(word, 0);
    boolean stage2 = fault && (word >>> 8 & 3) != 0;
    require(fault == NestedResult.isFault(word), "fault", word, problems);
    require(stage2 == NestedResult.isStage2Fault(word), "stage-2 fault", word, problems);
    if (stage2) {
      requireFault(word, problems);
    }
    if (fault) {
      return;
    }
    int level = (int) (word >>> 57 & 3) ^ 1;
    int guestLevel = (int) (word >>> 9 & 3) ^ 1;
    int smaller = guestLevel == 0 ? level : Math.min(level, guestLevel);
    require(NestedResult.isReadable(word) == bit(word, 54), "R", word, problems);
    boolean writable = bit(word, 1) && bit(word, 55);
    require(NestedResult.isWritable(word) == writable, "W", word, problems);
    boolean executable = !bit(word, 63) && bit(word, 56);
    require(NestedResult.isExecutable(word) == executable, "X", word, problems);
    require(NestedResult.stage2Level(word) == level, "stage-2 level", word, problems);
    require(NestedResult.effectiveLevel(word) == smaller, "effective level", word, problems);
    require(NestedResult.pageGpa(word) == (word & FRAME), "page", word, problems);
  }
}
