package org.pagestamp.slot;

import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * A contiguous range of guest-physical memory with one set of flags and one backing, as KVM's
 * {@code struct kvm_memory_slot}. Made by {@link SlotLayout.Builder} or {@link MemorySlots}.
 *
 * <p>Immutable, but for the contents of its backing and of its dirty log. Two slots are equal if
 * all parts are; the dirty log counts by identity.
 */
public final class MemSlot {
  /** Bytes of a page. */
  public static final long PAGE_SIZE = 4096;

  /** Binary logarithm of {@link #PAGE_SIZE}. */
  public static final int PAGE_SHIFT = 12;

  private final long baseGfn;
  private final long pages;
  private final boolean readOnly;
  private final Backing backing;
  private final DirtyLog dirtyLog;

  /** Kept, as thousands of slots are compared and checked at each change of a layout. */
  private final int hash;

  private final int atomicBytes;

  private MemSlot(long baseGfn, long pages, boolean readOnly, Backing backing, DirtyLog dirtyLog) {
    this.baseGfn = baseGfn;
    this.pages = pages;
    this.readOnly = readOnly;
    this.backing = backing;
    this.dirtyLog = dirtyLog;
    this.hash = Objects.hash(baseGfn, pages, readOnly, backing);
    this.atomicBytes = readOnly ? Long.BYTES : SlotRules.atomicBytes(backing, byteSize());
  }

  /**
   * A slot with a clean log, if it logs.
   *
   * @throws IllegalArgumentException if the range is none for a slot or larger than its backing
   */
  static MemSlot checked(long baseGpa, long byteSize, Set<SlotFlag> flags, Backing backing) {
    SlotRules.requireRange(baseGpa, byteSize);
    SlotRules.requireBacked(baseGpa, byteSize, backing);
    long pages = byteSize >>> PAGE_SHIFT;
    return new MemSlot(
        baseGpa >>> PAGE_SHIFT,
        pages,
        flags.contains(SlotFlag.READONLY),
        backing,
        flags.contains(SlotFlag.LOG_DIRTY_PAGES) ? new DirtyLog(pages) : null);
  }

  /** The same memory and log at another base. */
  MemSlot movedTo(long baseGpa) {
    SlotRules.requireRange(baseGpa, byteSize());
    return new MemSlot(baseGpa >>> PAGE_SHIFT, pages, readOnly, backing, dirtyLog);
  }

  /** The same memory with a clean log, or without one; this slot if it is as asked. */
  MemSlot logging(boolean on) {
    return on == (dirtyLog != null)
        ? this
        : new MemSlot(baseGfn, pages, readOnly, backing, on ? new DirtyLog(pages) : null);
  }

  /** The same memory and log, read-only or not. */
  MemSlot readOnly(boolean on) {
    return new MemSlot(baseGfn, pages, on, backing, dirtyLog);
  }

  /** First guest frame. */
  public long baseGfn() {
    return baseGfn;
  }

  /** First guest-physical address. */
  public long baseGpa() {
    return baseGfn << PAGE_SHIFT;
  }

  /** Number of 4-KiB pages, at least 1. */
  public long pages() {
    return pages;
  }

  /** Size in bytes. */
  public long byteSize() {
    return pages << PAGE_SHIFT;
  }

  /** Whether the flag {@link SlotFlag#READONLY} is set. */
  public boolean isReadOnly() {
    return readOnly;
  }

  /** Where the bytes are. */
  public Backing backing() {
    return backing;
  }

  /** The log of dirty pages, or null without {@link SlotFlag#LOG_DIRTY_PAGES}. */
  public DirtyLog dirtyLog() {
    return dirtyLog;
  }

  /** Whether {@code gfn} lies in this slot. */
  public boolean contains(long gfn) {
    return Long.compareUnsigned(gfn - baseGfn, pages) < 0;
  }

  /** Records a write to {@code gfn}, which lies in this slot, if the slot logs dirty pages. */
  public void markDirty(long gfn) {
    if (dirtyLog != null) {
      dirtyLog.mark(gfn - baseGfn);
    }
  }

  /** Entries of up to so many bytes can be updated in any mode; of others it depends. */
  int atomicBytes() {
    return atomicBytes;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof MemSlot that
            && hash == that.hash
            && baseGfn == that.baseGfn
            && pages == that.pages
            && readOnly == that.readOnly
            && backing.equals(that.backing)
            && dirtyLog == that.dirtyLog);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** For example {@code [0x100000, 0xc000000) ram}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "[0x%x, 0x%x) %s%s",
        baseGpa(),
        baseGpa() + byteSize(),
        readOnly ? "rom" : "ram",
        dirtyLog != null ? " log-dirty" : "");
  }
}
