package org.pagestamp.conformance;

import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.stage2.Stage2Fault;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.walk.WalkResult;

/** What becomes of the access of a vector with a second stage. */
public sealed interface Stage2Expectation {
  /**
   * Whether an answer is this.
   *
   * @param address the address that was walked
   * @param globalPages CR4.PGE of the guest
   */
  boolean isMetBy(Stage2Answer answer, long address, boolean globalPages);

  /**
   * An EPT violation.
   *
   * @param qualification the exit qualification
   * @param qualificationMask its bits that count
   * @param gpa the guest-physical address
   * @param gpaMask its bits that count
   */
  record EptViolation(long qualification, long qualificationMask, long gpa, long gpaMask)
      implements Stage2Expectation {
    @Override
    public boolean isMetBy(Stage2Answer answer, long address, boolean globalPages) {
      return answer.isStage2Fault()
          && Stage2Result.fault(answer.result()) == Stage2Fault.EPT_VIOLATION
          && ((Stage2Result.qualification(answer.result()) ^ qualification) & qualificationMask)
              == 0
          && ((answer.gpa() ^ gpa) & gpaMask) == 0;
    }
  }

  /**
   * An EPT misconfiguration.
   *
   * @param gpa the guest-physical address
   * @param gpaMask its bits that count
   */
  record EptMisconfiguration(long gpa, long gpaMask) implements Stage2Expectation {
    @Override
    public boolean isMetBy(Stage2Answer answer, long address, boolean globalPages) {
      return answer.isStage2Fault()
          && Stage2Result.fault(answer.result()) == Stage2Fault.EPT_MISCONFIGURATION
          && ((answer.gpa() ^ gpa) & gpaMask) == 0;
    }
  }

  /**
   * How EPT translates.
   *
   * @param pageSize in bytes
   * @param readable AND of bit 0 over all levels
   * @param writable AND of bit 1
   * @param executable AND of bit 2
   * @param dirty bit 9 of the leaf after the walk, where there are dirty bits
   */
  record EptPage(
      long pageSize, boolean readable, boolean writable, boolean executable, boolean dirty) {
    boolean isMetBy(long page) {
      return !Stage2Result.isFault(page)
          && pageSize == 1L << (12 + 9 * (Stage2Result.level(page) - 1))
          && readable == Stage2Result.isReadable(page)
          && writable == Stage2Result.isWritable(page)
          && executable == Stage2Result.isExecutable(page)
          && dirty == Stage2Result.isDirty(page);
    }
  }

  /**
   * A translation through EPT alone.
   *
   * @param gpa of the byte, in the slots
   * @param ept how EPT translates it
   */
  record EptTranslation(long gpa, EptPage ept) implements Stage2Expectation {
    @Override
    public boolean isMetBy(Stage2Answer answer, long address, boolean globalPages) {
      return ept.isMetBy(answer.result()) && gpa == Stage2Result.gpa(answer.result(), address);
    }
  }

  /**
   * A translation in two dimensions.
   *
   * @param guest what the guest's tables say; the gpa is the one after EPT
   * @param guestGpa the address between
   * @param ept how EPT translates it
   */
  record NestedTranslation(Expectation.Translation guest, long guestGpa, EptPage ept)
      implements Stage2Expectation {
    @Override
    public boolean isMetBy(Stage2Answer answer, long address, boolean globalPages) {
      return !NestedResult.isFault(answer.result())
          && guestGpa == answer.gpa()
          && ept.isMetBy(answer.page())
          && guest.equals(
              Expectation.of(answer.result(), address, PagingMode.FOUR_LEVEL, globalPages));
    }
  }

  /**
   * A fault of the guest's own.
   *
   * @param fault a #PF, or that of an address that is not canonical
   */
  record GuestFault(Expectation fault) implements Stage2Expectation {
    @Override
    public boolean isMetBy(Stage2Answer answer, long address, boolean globalPages) {
      return WalkResult.isFault(answer.result())
          && !answer.isStage2Fault()
          && fault.equals(
              Expectation.of(answer.result(), address, PagingMode.FOUR_LEVEL, globalPages));
    }
  }
}
