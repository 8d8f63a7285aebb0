package org.pagestamp.conformance.group;

import java.util.List;
import java.util.Optional;
import org.pagestamp.conformance.Answers;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseJudge;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.VectorSlot;

/**
 * Compares an access with the interpreted walker's.
 *
 * @param group whose cases it judges
 */
record ReferenceJudge(String group) implements CaseJudge {
  @Override
  public Optional<CaseFailure> judge(Subject subject, ConformanceCase made) {
    try (MachinePair pair = new MachinePair(subject, made.role(), made.slots())) {
      for (VectorEntry entry : made.memory()) {
        for (VectorSlot slot : made.slots()) {
          if (slot.contains(entry.gpa())) {
            pair.store(entry.gpa(), entry.value(), entry.width());
          }
        }
      }
      long expected = Answers.CR3_REFUSED;
      long actual = Answers.CR3_REFUSED;
      List<String> problems = List.of();
      List<VectorEntry> after = List.of();
      MachinePair.Cr3 load = pair.loadCr3(made.cr3());
      if (load == MachinePair.Cr3.LOADED) {
        pair.keys(made.pkru(), made.pkrs());
        expected = pair.accessRight(made.gva(), made.access());
        after = pair.entriesRead();
        actual = pair.accessTried(made.gva(), made.access());
        problems = pair.threw() ? List.of(pair.thrown()) : pair.problems(expected, actual);
      } else if (load == MachinePair.Cr3.DISAGREED) {
        problems = List.of(pair.threw() ? pair.thrown() : "CR3 is loaded, or refused, wrongly");
      }
      return problems.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new CaseFailure(group, subject.name(), made, expected, actual, after, problems));
    }
  }
}
