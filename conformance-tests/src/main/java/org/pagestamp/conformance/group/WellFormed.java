package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.pagestamp.conformance.AnswerPart;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.WalkResult;

/**
 * What is true of every answer, whatever the tables: the bits that must be zero are, the parts fit
 * together, and they fit the role, the slots and the access.
 *
 * <p>Sources: Intel SDM vol. 3, sections 4.6.1 (rights) and 4.7 (error code), and the layout of
 * {@link WalkResult}.
 */
final class WellFormed {
  private static final long UNUSED_IN_SUCCESS = 0x1FL << 54;
  private static final long UNUSED_IN_FAULT = ~0xFFFF_00FEL;
  private static final int KNOWN_CODES = 0x3F;

  /** PSE-36: address bits 39:32 come from the entry. */
  private static final int TWO_LEVEL_ADDRESS_BITS = 40;

  private final Role role;
  private final SlotLayout layout;
  private final Set<AnswerPart> parts;
  private final List<String> problems = new ArrayList<>();

  WellFormed(Role role, SlotLayout layout, Set<AnswerPart> parts) {
    this.role = role;
    this.layout = layout;
    this.parts = parts;
  }

  /** What cannot be true of an answer, a sentence each; a new list. */
  List<String> problems(long gva, int access, long result) {
    problems.clear();
    boolean canonical = role.mode().isCanonical(gva);
    if (WalkResult.isFault(result)) {
      checkFault(canonical, access, result);
    } else {
      refuseIf(!canonical, "a translation of an address that is not canonical");
      checkPage(gva, result);
      checkRights(access, result);
    }
    return List.copyOf(problems);
  }

  private void refuseIf(boolean wrong, String problem) {
    if (wrong) {
      problems.add(problem);
    }
  }

  private boolean reports(AnswerPart part) {
    return parts.contains(part);
  }

  private void checkPage(long gva, long result) {
    PagingMode mode = role.mode();
    long page = WalkResult.pageGpa(result);
    int width =
        switch (mode) {
          case NO_PAGING -> 32;
          case TWO_LEVEL -> TWO_LEVEL_ADDRESS_BITS;
          case PAE, FOUR_LEVEL, FIVE_LEVEL -> role.maxPhyAddr();
        };
    refuseIf((result & UNUSED_IN_SUCCESS) != 0, "unused bits of a success are set");
    refuseIf(page >>> width != 0, "the page lies beyond the physical-address width");
    if (reports(AnswerPart.SLOT)) {
      MemSlot slot = layout.find(page >>> MemSlot.PAGE_SHIFT);
      refuseIf(WalkResult.isInNoSlot(result) != (slot == null), "wrong about whether in a slot");
      refuseIf(
          WalkResult.isInReadOnlySlot(result) != (slot != null && slot.isReadOnly()),
          "wrong about whether in a read-only slot");
    }
    if (reports(AnswerPart.LEVEL)) {
      int number = WalkResult.level(result);
      if (number == 0 || number > mode.topLevel()) {
        refuseIf(number != mode.topLevel(), "there is no such level");
        return;
      }
      PagingLevel level = mode.level(number);
      refuseIf(!level.canBeLeaf(role), "no leaf is at such a level");
      refuseIf(
          ((page ^ gva) & level.pageSize() - 1 & ~0xFFFL) != 0,
          "the offset in the page is not the address's");
    }
  }

  private void checkRights(int access, long result) {
    boolean write = (access & Access.WRITE) != 0;
    boolean user = (access & Access.USER) != 0;
    boolean paged = role.mode() != PagingMode.NO_PAGING;
    if (reports(AnswerPart.RIGHTS) && paged) {
      refuseIf(user && !WalkResult.isUser(result), "a user access to a supervisor page");
      refuseIf(
          write && (user || role.wp()) && !WalkResult.isWritable(result),
          "a write to a page that is not writable");
      refuseIf((result & EntryBits.NX) != 0 && !role.nxe(), "NX without EFER.NXE");
      refuseIf(
          (access & Access.FETCH) != 0 && !WalkResult.isExecutable(result),
          "a fetch from a page that is not executable");
    }
    if (reports(AnswerPart.DIRTY)) {
      refuseIf(
          WalkResult.isCleanWrite(result) != (write && !WalkResult.isDirty(result)),
          "wrong about whether a write left D clear");
    }
  }

  private void checkFault(boolean canonical, int access, long result) {
    int code = WalkResult.errorCode(result);
    boolean detail = reports(AnswerPart.FAULT_DETAIL);
    long reason = result >>> 4 & 0xF;
    if (detail && (reason == 0 || reason > FaultReason.values().length)) {
      problems.add("there is no such reason of a fault");
      return;
    }
    refuseIf((result & UNUSED_IN_FAULT) != 0, "unused bits of a fault are set");
    refuseIf(role.mode() == PagingMode.NO_PAGING, "a fault without paging");
    if (!canonical) {
      refuseIf(code != 0, "an error code for an address that is not canonical");
      refuseIf(
          detail && WalkResult.faultReason(result) != FaultReason.NON_CANONICAL,
          "another reason than the address, which is not canonical");
      return;
    }
    int told = PageFaultCode.WRITE | PageFaultCode.USER | PageFaultCode.FETCH;
    int ofAccess = access & told & ~(role.reportsFetch() ? 0 : PageFaultCode.FETCH);
    boolean present = (code & PageFaultCode.P) != 0;
    refuseIf((code & ~KNOWN_CODES) != 0, "unknown bits in the error code");
    refuseIf((code & told) != ofAccess, "an error code of another access");
    refuseIf(
        !present && (code & (PageFaultCode.RSVD | PageFaultCode.PK)) != 0,
        "RSVD or PK without P in the error code");
    refuseIf(
        (code & PageFaultCode.PK) != 0 && !role.pke() && !role.pks(),
        "PK though no keys are enabled");
    if (detail) {
      checkDetail(code, result);
    }
  }

  private void checkDetail(int code, long result) {
    int cause = code & (PageFaultCode.P | PageFaultCode.RSVD | PageFaultCode.PK);
    int level = WalkResult.faultLevel(result);
    boolean fits =
        switch (WalkResult.faultReason(result)) {
          case NOT_PRESENT, TABLE_IN_NO_SLOT -> cause == 0;
          case RESERVED_BIT -> cause == (PageFaultCode.P | PageFaultCode.RSVD);
          case PERMISSION -> (cause & ~PageFaultCode.PK) == PageFaultCode.P;
          case PROTECTION_KEY -> cause == (PageFaultCode.P | PageFaultCode.PK);
          // The address is canonical, nobody else writes, LASS is not the walker's, and no role of
          // this makes read-only slots a fault.
          case NON_CANONICAL, UPDATE_CONTENDED, LASS_VIOLATION, TABLE_READ_ONLY -> false;
        };
    refuseIf(!fits, "the reason of the fault does not fit its error code");
    refuseIf(level < 1 || level > role.mode().topLevel(), "the fault is at no level");
  }
}
