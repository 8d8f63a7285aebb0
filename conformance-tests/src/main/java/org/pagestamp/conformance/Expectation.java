package org.pagestamp.conformance;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.WalkResult;

/** What becomes of a vector's access. */
public sealed interface Expectation {
  /**
   * What an answer means to the format.
   *
   * @param answer a {@link WalkResult}, or {@link Answers#CR3_REFUSED}
   * @param globalPages CR4.PGE
   */
  static Expectation of(long answer, long gva, PagingMode mode, boolean globalPages) {
    if (answer == Answers.CR3_REFUSED) {
      return new Cr3Refused();
    }
    if (WalkResult.isFault(answer)) {
      return WalkResult.faultReason(answer) == FaultReason.NON_CANONICAL
          ? new NonCanonical()
          : new PageFault(WalkResult.errorCode(answer));
    }
    int level = WalkResult.level(answer);
    return new Translation(
        WalkResult.gpa(answer, gva),
        level == 0 ? 0 : mode.level(level).pageSize(),
        WalkResult.isWritable(answer),
        WalkResult.isUser(answer),
        WalkResult.isExecutable(answer),
        WalkResult.isGlobal(answer) && globalPages,
        WalkResult.isDirty(answer));
  }

  /** An answer that means this, as far as the format tells. */
  long answer(PagingMode mode);

  /** This in words, without what a subject does not report. */
  default String toString(Set<AnswerPart> parts) {
    return toString();
  }

  /** This, with what a subject does not report taken from {@code right}. */
  default Expectation reported(Expectation right, Set<AnswerPart> parts) {
    return this;
  }

  /**
   * A translation.
   *
   * @param gpa of the byte accessed
   * @param pageSize in bytes
   * @param writable AND of R/W over all levels
   * @param user AND of U/S over all levels
   * @param executable NX at no level
   * @param global G of the leaf, where CR4.PGE is set
   * @param dirty D of the leaf after the walk
   */
  record Translation(
      long gpa,
      long pageSize,
      boolean writable,
      boolean user,
      boolean executable,
      boolean global,
      boolean dirty)
      implements Expectation {
    @Override
    public long answer(PagingMode mode) {
      int level =
          mode.levels().stream()
              .filter(candidate -> candidate.pageSize() == pageSize)
              .mapToInt(PagingLevel::number)
              .findFirst()
              .orElse(0);
      return Answers.page(gpa, level, writable, user, executable)
          | EntryBits.A
          | (global ? EntryBits.G : 0)
          | (dirty ? EntryBits.D : 0);
    }

    @Override
    public Expectation reported(Expectation right, Set<AnswerPart> parts) {
      if (!(right instanceof Translation page)) {
        return this;
      }
      boolean rights = parts.contains(AnswerPart.RIGHTS);
      return new Translation(
          gpa,
          parts.contains(AnswerPart.LEVEL) ? pageSize : page.pageSize,
          rights ? writable : page.writable,
          rights ? user : page.user,
          rights ? executable : page.executable,
          parts.contains(AnswerPart.GLOBAL) ? global : page.global,
          parts.contains(AnswerPart.DIRTY) ? dirty : page.dirty);
    }

    @Override
    public String toString() {
      return toString(EnumSet.allOf(AnswerPart.class));
    }

    @Override
    public String toString(Set<AnswerPart> parts) {
      StringBuilder text = new StringBuilder("gpa 0x").append(Long.toHexString(gpa));
      if (parts.contains(AnswerPart.LEVEL)) {
        text.append(", page of 0x").append(Long.toHexString(pageSize)).append(" bytes");
      }
      if (parts.contains(AnswerPart.RIGHTS)) {
        text.append(writable ? ", writable" : ", not writable")
            .append(user ? ", user" : ", supervisor")
            .append(executable ? ", executable" : ", not executable");
      }
      if (parts.contains(AnswerPart.GLOBAL)) {
        text.append(global ? ", global" : ", not global");
      }
      if (parts.contains(AnswerPart.DIRTY)) {
        text.append(dirty ? ", dirty" : ", clean");
      }
      return text.toString();
    }
  }

  /**
   * A #PF.
   *
   * @param errorCode see {@link PageFaultCode}
   */
  record PageFault(int errorCode) implements Expectation {
    @Override
    public long answer(PagingMode mode) {
      return Answers.pageFault(errorCode);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "page fault with error code 0x%x (%s)",
          errorCode,
          PageFaultCode.toString(errorCode));
    }
  }

  /** #GP or #SS, since the address is not canonical. */
  record NonCanonical() implements Expectation {
    @Override
    public long answer(PagingMode mode) {
      return Answers.nonCanonical();
    }

    @Override
    public String toString() {
      return "fault for a non-canonical address";
    }
  }

  /** The load of CR3 is refused, so that no walk takes place. */
  record Cr3Refused() implements Expectation {
    @Override
    public long answer(PagingMode mode) {
      return Answers.CR3_REFUSED;
    }

    @Override
    public String toString() {
      return "refused load of CR3";
    }
  }
}
