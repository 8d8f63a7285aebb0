package org.pagestamp.walk;

import java.util.Locale;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.slot.MemSlot;

/**
 * The answer of a walk, packed in a {@code long}; this class names its parts.
 *
 * <p>A success is the leaf entry itself with the rights of all levels folded in, so that a walk
 * need not repack it; a fault has bit 0 clear, as an entry that is not present:
 *
 * <pre>
 * success  0      1
 *          1      W: AND of R/W over all levels       2      U: AND of U/S over all levels
 *          3 4    PWT, PCD of the leaf                5      A of the leaf after the walk
 *          6      D of the leaf after the walk        7      PAT of the leaf, of any page size
 *          8      G of the leaf                       10:9   level of the leaf, XOR 1
 *          11     a write that left D clear: the leaf is in a read-only slot
 *          51:12  gpa of the 4-KiB page
 *          52     the page lies in no slot (MMIO)     53     the page lies in a read-only slot
 *          62:59  protection key of the leaf          63     NX: OR of NX over all levels
 * fault    0      0
 *          3:1    level of the entry; 0 if none       7:4    {@link FaultReason}
 *          31:16  #PF error code
 * </pre>
 *
 * <p>The rights are raw: what they allow depends on the role and the access. The level is 0 without
 * paging; level 1, the commonest, has no bit set, so that it need not be added to the entry.
 */
public final class WalkResult {
  /** Set in the result of every successful walk. */
  public static final long SUCCESS = 1L;

  /** Where a success has the leaf's level: see {@link #levelBits} and {@link #level}. */
  public static final long LEVEL = 3L << 9;

  /** A write was allowed, yet left D clear, since the leaf is in a read-only slot. */
  public static final long CLEAN_WRITE = 1L << 11;

  /** The page that the walk led to lies in no slot. */
  public static final long NO_SLOT = 1L << 52;

  /** The page that the walk led to lies in a read-only slot. */
  public static final long READ_ONLY_SLOT = 1L << 53;

  /** The bits of a leaf entry that are part of a result as they stand, besides the frame. */
  public static final long LEAF_ATTRIBUTES =
      EntryBits.P
          | EntryBits.PWT
          | EntryBits.PCD
          | EntryBits.A
          | EntryBits.D
          | EntryBits.G
          | EntryBits.KEY;

  private static final int LEVEL_SHIFT = 9;
  private static final int FAULT_LEVEL_SHIFT = 1;
  private static final int FAULT_REASON_SHIFT = 4;
  private static final int FAULT_CODE_SHIFT = 16;

  private WalkResult() {}

  /**
   * A fault.
   *
   * @param errorCode the #PF error code, 16 bits
   * @param level of the entry that decided, 1 to 5, or 0 if none was read
   */
  public static long fault(FaultReason reason, int errorCode, int level) {
    return ((long) errorCode << FAULT_CODE_SHIFT)
        | ((long) reason.code() << FAULT_REASON_SHIFT)
        | ((long) level << FAULT_LEVEL_SHIFT);
  }

  /** Whether the walk failed. */
  public static boolean isFault(long result) {
    return (result & SUCCESS) == 0;
  }

  /**
   * Whether the failure is a #PF; an address that is not canonical, or that LASS forbids, is #GP or
   * #SS instead.
   */
  public static boolean isPageFault(long result) {
    return isFault(result) && faultReason(result).isPageFault();
  }

  /** Of a fault: the error code as the guest's handler finds it, 16 bits. */
  public static int errorCode(long result) {
    return (int) (result >>> FAULT_CODE_SHIFT) & 0xFFFF;
  }

  /** Of a fault: the finer reason. */
  public static FaultReason faultReason(long result) {
    return FaultReason.of((int) (result >>> FAULT_REASON_SHIFT) & 0xF);
  }

  /** Of a fault: the level of the entry that decided, 1 to 5; 0 if no single entry did. */
  public static int faultLevel(long result) {
    return (int) (result >>> FAULT_LEVEL_SHIFT) & 7;
  }

  /** Of a success: the gpa of the 4-KiB page that holds the address, whatever the page size. */
  public static long pageGpa(long result) {
    return result & EntryBits.FRAME;
  }

  /** Of a success: the gpa of the byte at {@code gva}, the address that was walked. */
  public static long gpa(long result, long gva) {
    return pageGpa(result) | (gva & 0xFFF);
  }

  /** Of a success: the level of the leaf, 1 to 3; 0 without paging. */
  public static int level(long result) {
    return ((int) (result >>> LEVEL_SHIFT) & 3) ^ 1;
  }

  /**
   * The bits of a success that tell the level.
   *
   * @param level of the leaf, 1 to 3; 0 without paging
   */
  public static long levelBits(int level) {
    return (long) (level ^ 1) << LEVEL_SHIFT;
  }

  /** Of a success: whether the page is larger than 4 KiB. */
  public static boolean isLarge(long result) {
    return level(result) > 1;
  }

  /** Of a success: AND of R/W over all levels. */
  public static boolean isWritable(long result) {
    return (result & EntryBits.W) != 0;
  }

  /** Of a success: AND of U/S over all levels: a user page. */
  public static boolean isUser(long result) {
    return (result & EntryBits.U) != 0;
  }

  /** Of a success: no level has NX set. */
  public static boolean isExecutable(long result) {
    return (result & EntryBits.NX) == 0;
  }

  /** Of a success: A of the leaf as it stands after the walk. */
  public static boolean isAccessed(long result) {
    return (result & EntryBits.A) != 0;
  }

  /** Of a success: D of the leaf as it stands after the walk. */
  public static boolean isDirty(long result) {
    return (result & EntryBits.D) != 0;
  }

  /**
   * Of a success: the entries allow writes, but D is still clear and the access was no write. A TLB
   * must not let writes through; the first one has to walk again, so that D gets set (KVM's {@code
   * protect_clean_gpte}).
   */
  public static boolean isWriteWithheld(long result) {
    return (result & (EntryBits.W | EntryBits.D | CLEAN_WRITE)) == EntryBits.W;
  }

  /**
   * Of a success: the access was a write, yet D is clear after it, since the leaf is in a read-only
   * slot. A TLB may let later writes through; D never gets set.
   */
  public static boolean isCleanWrite(long result) {
    return (result & CLEAN_WRITE) != 0;
  }

  /** Of a success: G of the leaf; it counts only where CR4.PGE is set. */
  public static boolean isGlobal(long result) {
    return (result & EntryBits.G) != 0;
  }

  /** Of a success in long mode: bits 62:59 of the leaf, 0 to 15. */
  public static int protectionKey(long result) {
    return (int) (result >>> EntryBits.KEY_SHIFT) & 0xF;
  }

  /** Of a success: the index into the PAT, 0 to 7, made of the leaf's PAT, PCD and PWT. */
  public static int patIndex(long result) {
    return ((int) (result >>> 3) & 3) | ((int) (result >>> 5) & 4);
  }

  /** Of a success: the page lies in no slot; the access is MMIO. */
  public static boolean isInNoSlot(long result) {
    return (result & NO_SLOT) != 0;
  }

  /** Of a success: the page lies in a read-only slot; a write is the emulator's business. */
  public static boolean isInReadOnlySlot(long result) {
    return (result & READ_ONLY_SLOT) != 0;
  }

  /**
   * The bits of a success that tell of the slot of the page.
   *
   * @param slot that holds the page; null for none
   */
  public static long slotBits(MemSlot slot) {
    if (slot == null) {
      return NO_SLOT;
    }
    return slot.isReadOnly() ? READ_ONLY_SLOT : 0;
  }

  /**
   * The result in words, for example {@code gpa 0x1234000 level 1 wux accessed dirty} or {@code
   * fault 0x7 P|WRITE|USER at level 1: permission}.
   */
  public static String toString(long result) {
    if (isFault(result)) {
      if (faultReason(result).isExit()) {
        return String.format(
            Locale.ROOT,
            "exit to the host at level %d: %s",
            faultLevel(result),
            faultReason(result));
      }
      return faultReason(result).isPageFault()
          ? String.format(
              Locale.ROOT,
              "fault 0x%x %s at level %d: %s",
              errorCode(result),
              PageFaultCode.toString(errorCode(result)),
              faultLevel(result),
              faultReason(result))
          : "fault: " + faultReason(result);
    }
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "gpa 0x%x level %d ", pageGpa(result), level(result)));
    text.append(isWritable(result) ? 'w' : '-').append(isUser(result) ? 'u' : '-');
    text.append(isExecutable(result) ? 'x' : '-');
    append(text, isAccessed(result), "accessed");
    append(text, isDirty(result), "dirty");
    append(text, isWriteWithheld(result), "write-withheld");
    append(text, isCleanWrite(result), "clean-write");
    append(text, isGlobal(result), "global");
    append(text, protectionKey(result) != 0, "key=" + protectionKey(result));
    append(text, patIndex(result) != 0, "pat=" + patIndex(result));
    append(text, isInNoSlot(result), "no-slot");
    append(text, isInReadOnlySlot(result), "read-only-slot");
    return text.toString();
  }

  private static void append(StringBuilder text, boolean condition, String word) {
    if (condition) {
      text.append(' ').append(word);
    }
  }
}
