package org.pagestamp.stage2;

import java.util.Locale;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;

/**
 * The page-modification log of one virtual CPU: a page of memory, in the slots, whose 512 entries
 * of 8 bytes are filled from the last to the first. A walk through EPT with {@link
 * EptOption#PAGE_MODIFICATION_LOGGING} stores there the address of each page that it makes dirty.
 *
 * <p>As made it is full, so that a walk for which nobody has set the log ends with {@link
 * Stage2Fault#PML_FULL}, and stores nowhere.
 *
 * <p>Sources: Intel SDM vol. 3, section 28.3.6; KVM's {@code nested_vmx_write_pml_buffer}.
 *
 * <p>Belongs to one thread at a time.
 */
public final class PageModificationLog {
  /** Entries of a log. */
  public static final int ENTRIES = 512;

  private static final int INDEX_BITS = 0xFFFF;

  private long address;
  private int index = INDEX_BITS;

  PageModificationLog() {}

  /**
   * Sets where the log is and which entry comes next, as VM entry does from the VMCS.
   *
   * @param pmlAddress of the page, in the slots
   * @param pmlIndex of the entry to be used next, 511 for an empty log; above that the log is full
   * @throws IllegalArgumentException if the address is not that of a page, or the index has more
   *     than 16 bits
   */
  public void set(long pmlAddress, int pmlIndex) {
    if ((pmlAddress & ~EptBits.FRAME) != 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "PML address 0x%x is not that of a page", pmlAddress));
    }
    if ((pmlIndex & ~INDEX_BITS) != 0) {
      throw new IllegalArgumentException("PML index " + pmlIndex + " is not 0 to 65535");
    }
    address = pmlAddress;
    index = pmlIndex;
  }

  /** Where the log is. */
  public long address() {
    return address;
  }

  /** The entry to be used next; above 511 the log is full. */
  public int index() {
    return index;
  }

  /** The same log, with the same entry next. */
  void copyFrom(PageModificationLog other) {
    address = other.address;
    index = other.index;
  }

  /**
   * For walkers: whether there is no entry left.
   *
   * @param pending what a probe keeps to itself, or null
   */
  public boolean isFull(PendingStores pending) {
    return next(pending) >= ENTRIES;
  }

  /** For walkers: whether there is no entry left. */
  public boolean isFull() {
    return isFull(null);
  }

  private int next(PendingStores pending) {
    return pending == null ? index : (index - pending.logged()) & INDEX_BITS;
  }

  /** For walkers: {@link #add(SlotLayout, long, PendingStores)} to memory. */
  public boolean add(SlotLayout layout, long gpa) {
    return add(layout, gpa, null);
  }

  /**
   * For walkers: logs the page of an address. Where the log is in no slot or in a read-only one,
   * nothing is stored and the index stays, as in KVM.
   *
   * @param pending gets the store; null for memory
   * @return false if the log is full
   */
  public boolean add(SlotLayout layout, long gpa, PendingStores pending) {
    int at = next(pending);
    if (at >= ENTRIES) {
      return false;
    }
    long entry = address + (long) at * Long.BYTES;
    MemSlot slot = layout.find(entry >>> MemSlot.PAGE_SHIFT);
    if (slot == null || slot.isReadOnly()) {
      return true;
    }
    long page = gpa & -MemSlot.PAGE_SIZE;
    if (pending != null) {
      pending.log(entry, page);
    } else {
      slot.write(entry, Long.BYTES, page);
      index = (at - 1) & INDEX_BITS;
    }
    return true;
  }
}
