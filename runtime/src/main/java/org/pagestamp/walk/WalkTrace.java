package org.pagestamp.walk;

import java.util.List;
import java.util.Locale;
import org.pagestamp.mode.Role;

/**
 * How a walk comes to its answer: every entry in the order read, and the rule that decides. After a
 * fault the steps end with the entry that caused it, or with the leaf: for missing rights, and
 * where a read-only slot refused bits that were to be set.
 *
 * @param role the role of the walker
 * @param gva the linear address as given
 * @param access the access, see {@link Access}
 * @param steps the entries read, the root's first; immutable
 * @param rule what decided
 * @param result what {@link Walker#walk} returns, see {@link WalkResult}
 */
public record WalkTrace(
    Role role, long gva, int access, List<WalkStep> steps, Rule rule, long result) {
  /** Makes the list immutable. */
  public WalkTrace {
    steps = List.copyOf(steps);
  }

  /** The walk told line by line. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(Locale.ROOT, "%s at gva 0x%x, %s%n", Access.toString(access), gva, role));
    for (WalkStep step : steps) {
      text.append(line(step));
    }
    text.append(String.format(Locale.ROOT, "  decided by: %s%n", rule));
    text.append(String.format(Locale.ROOT, "  result: %s%n", WalkResult.toString(result)));
    return text.toString();
  }

  private static String line(WalkStep step) {
    String where =
        step.entryGpa() < 0
            ? "PDPTE register"
            : step.slot() < 0
                ? String.format(Locale.ROOT, "gpa 0x%x in no slot", step.entryGpa())
                : String.format(
                    Locale.ROOT,
                    "gpa 0x%x in slot %d (%s)",
                    step.entryGpa(),
                    step.slot(),
                    step.slotWritable() ? "writable" : "read-only");
    String above =
        (step.writableAbove() ? "w" : "-")
            + (step.userAbove() ? "u" : "-")
            + (step.executableAbove() ? "x" : "-");
    String reserved =
        step.reserved() == 0
            ? ""
            : String.format(Locale.ROOT, ", reserved bits 0x%x", step.reserved());
    String action =
        switch (step.adAction()) {
          case NONE -> "";
          case SET -> String.format(Locale.ROOT, ", A/D set: 0x%x", step.entryAfter());
          case SKIPPED_READ_ONLY -> ", A/D skipped: read-only slot";
          case DISCARDED -> ", A/D discarded by a read-only slot";
          case REFUSED -> ", A/D refused by a read-only slot";
        };
    return String.format(
        Locale.ROOT,
        "  level %d  entry[%d] = 0x%x  %s, rights above %s%s%s%n",
        step.level(),
        step.index(),
        step.entry(),
        where,
        above,
        reserved,
        action);
  }
}
