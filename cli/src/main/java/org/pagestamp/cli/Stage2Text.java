package org.pagestamp.cli;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.walk.WalkResult;

/** Results of nested guests in words. */
final class Stage2Text {
  private Stage2Text() {}

  /**
   * What becomes of a linear address.
   *
   * @param gpa the address that stage 2 translated last
   */
  static String nested(long result, long gva, long gpa) {
    if (NestedResult.isStage2Fault(result)) {
      int level = Stage2Result.guestLevel(result);
      return fault(result, gpa) + (level == 0 ? "" : ", for the guest's table of level " + level);
    }
    if (NestedResult.isFault(result)) {
      return WalkResult.toString(result);
    }
    return String.format(
        "gpa 0x%x -> 0x%x  (page: %s)",
        gpa, NestedResult.pageGpa(result) | (gva & 0xFFF), NestedResult.toString(result));
  }

  /** What becomes of a guest-physical address. */
  static String alone(long result, long gpa) {
    return Stage2Result.isFault(result)
        ? fault(result, gpa)
        : String.format(
            "0x%x  (page: %s)", Stage2Result.gpa(result, gpa), Stage2Result.toString(result));
  }

  /** For example {@code EPT violation 0x181 at gpa 0x1000: not present at level 1 (read, ...)}. */
  static String fault(long result, long gpa) {
    String code =
        switch (Stage2Result.fault(result)) {
          case EPT_VIOLATION ->
              String.format(
                  " with exit qualification 0x%x (%s)",
                  Stage2Result.qualification(result),
                  qualification(Stage2Result.qualification(result)));
          case EPT_MISCONFIGURATION, PML_FULL -> "";
          case NESTED_PAGE_FAULT ->
              String.format(
                  " with EXITINFO1 0x%x (%s)",
                  Stage2Result.exitInfo1(result), exitInfo1(Stage2Result.exitInfo1(result)));
        };
    int level = Stage2Result.faultLevel(result);
    return String.format(
        "%s%s, gpa 0x%x: %s%s",
        Stage2Result.fault(result),
        code,
        gpa,
        Stage2Result.cause(result),
        level == 0 ? "" : " at level " + level);
  }

  /** Intel SDM vol. 3, table 27-7. */
  static String qualification(int bits) {
    List<String> words = new ArrayList<>();
    add(words, bits, 0, "read");
    add(words, bits, 1, "write");
    add(words, bits, 2, "fetch");
    words.add(
        "entries allow "
            + letter(bits, 3, "r")
            + letter(bits, 4, "w")
            + letter(bits, 5, "x")
            + ((bits & 1 << 6) != 0 ? "u" : ""));
    if ((bits & 1 << 7) != 0) {
      words.add((bits & 1 << 8) != 0 ? "for a linear address" : "for a table of the guest");
    }
    add(words, bits, 9, "user page");
    add(words, bits, 10, "writable page");
    add(words, bits, 11, "page with NX");
    return String.join(", ", words);
  }

  /** AMD APM vol. 2, section 15.25.6. */
  static String exitInfo1(long bits) {
    List<String> words = new ArrayList<>();
    words.add((bits & 1) != 0 ? "present" : "not present");
    add(words, bits, 3, "reserved bit");
    words.add((bits & 1 << 1) != 0 ? "write" : (bits & 1 << 4) != 0 ? "fetch" : "read");
    add(words, bits, 2, "user");
    add(words, bits, 32, "for the final address");
    add(words, bits, 33, "for a table of the guest");
    return String.join(", ", words);
  }

  private static void add(List<String> words, long bits, int bit, String word) {
    if ((bits >>> bit & 1) != 0) {
      words.add(word);
    }
  }

  private static String letter(long bits, int bit, String letter) {
    return (bits >>> bit & 1) != 0 ? letter : "-";
  }

  /** For example {@code r-x}. */
  static String rights(boolean read, boolean write, boolean execute) {
    return (read ? "r" : "-") + (write ? "w" : "-") + (execute ? "x" : "-");
  }
}
