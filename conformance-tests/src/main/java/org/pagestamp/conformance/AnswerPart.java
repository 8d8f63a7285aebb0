package org.pagestamp.conformance;

import java.util.Set;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.walk.WalkResult;

/**
 * Parts of an answer that a subject may leave out. What every subject must report is whether the
 * access succeeds, the gpa of the page, and the error code of a fault.
 */
public enum AnswerPart {
  /** R/W, U/S and NX, combined over all levels. */
  RIGHTS(EntryBits.W | EntryBits.U | EntryBits.NX, 0),
  /** The level of the leaf, and so the size of the page. */
  LEVEL(WalkResult.LEVEL, 0),
  /** A of the leaf after the walk. */
  ACCESSED(EntryBits.A, 0),
  /** D of the leaf after the walk, and whether a write left it clear. */
  DIRTY(EntryBits.D | WalkResult.CLEAN_WRITE, 0),
  /** G of the leaf. */
  GLOBAL(EntryBits.G, 0),
  /** The protection key of the leaf. */
  KEY(EntryBits.KEY, 0),
  /** PAT, PCD and PWT of the leaf. */
  PAT(EntryBits.PAT | EntryBits.PCD | EntryBits.PWT, 0),
  /** Whether the page lies in no slot or in a read-only one. */
  SLOT(WalkResult.NO_SLOT | WalkResult.READ_ONLY_SLOT, 0),
  /** The level of the entry that decided a fault, and the reason that is finer than its code. */
  FAULT_DETAIL(0, 0xFFFE);

  /** What every subject reports. */
  private static final long OF_EVERY_SUCCESS = EntryBits.P | EntryBits.FRAME;

  private static final long OF_EVERY_FAULT = 0xFFFF_0001L;

  private final long ofSuccess;
  private final long ofFault;

  AnswerPart(long ofSuccess, long ofFault) {
    this.ofSuccess = ofSuccess;
    this.ofFault = ofFault;
  }

  /**
   * The bits of a successful {@link WalkResult} that a subject reporting {@code parts} must get.
   */
  public static long successMask(Set<AnswerPart> parts) {
    long mask = OF_EVERY_SUCCESS;
    for (AnswerPart part : parts) {
      mask |= part.ofSuccess;
    }
    return mask;
  }

  /** The bits of a fault's {@link WalkResult} that a subject reporting {@code parts} must get. */
  public static long faultMask(Set<AnswerPart> parts) {
    long mask = OF_EVERY_FAULT;
    for (AnswerPart part : parts) {
      mask |= part.ofFault;
    }
    return mask;
  }
}
