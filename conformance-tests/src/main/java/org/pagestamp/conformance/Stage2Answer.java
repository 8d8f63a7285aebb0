package org.pagestamp.conformance;

import java.util.Locale;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.stage2.Stage2Result;

/**
 * What a walker with a second stage answered, with what it left in its state.
 *
 * @param result a {@link Stage2Result} of stage 2 alone, or a {@link NestedResult}
 * @param gpa of a stage-2 fault: the address that could not be translated; of a success in two
 *     dimensions: the address that the guest's tables led to
 * @param page how stage 2 translated the page; of stage 2 alone the result itself
 */
public record Stage2Answer(long result, long gpa, long page) {
  /** Whether stage 2 failed. */
  public boolean isStage2Fault() {
    return NestedResult.isStage2Fault(result);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, gpa 0x%x, page %s",
        isStage2Fault() ? Stage2Result.toString(result) : "0x" + Long.toHexString(result),
        gpa,
        Stage2Result.toString(page));
  }
}
