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
  private final SlotBytes bytes;

  private MemSlot(long baseGfn, long pages, boolean readOnly, Backing backing, DirtyLog dirtyLog) {
    this.baseGfn = baseGfn;
    this.pages = pages;
    this.readOnly = readOnly;
    this.backing = backing;
    this.dirtyLog = dirtyLog;
    this.hash = Objects.hash(baseGfn, pages, readOnly, backing);
    this.atomicBytes = readOnly ? Long.BYTES : SlotRules.atomicBytes(backing, byteSize());
    this.bytes = SlotBytes.of(backing, baseGpa(), byteSize());
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

  /**
   * Reads a value, little-endian and zero-extended. A value of 1, 2, 4 or 8 bytes that is aligned
   * to its size, in memory that is, is read in one access, an acquire.
   *
   * @param gpa of its first byte
   * @param size 1 to 8 bytes
   * @throws IllegalArgumentException if {@code size} is not such
   * @throws IndexOutOfBoundsException if not all bytes lie in this slot
   * @throws IllegalStateException if the arena of the slot's memory is closed
   */
  public long read(long gpa, int size) {
    check(gpa, size);
    return bytes.read(gpa, size);
  }

  /**
   * Writes a value as a guest's store does: little-endian, in one access where {@link #read} would
   * use one, a release; then marks what it wrote to in the dirty log.
   *
   * @param gpa of its first byte
   * @param size 1 to 8 bytes
   * @param value of which the low {@code size} bytes count
   * @throws IllegalArgumentException if {@code size} is not such
   * @throws IndexOutOfBoundsException if not all bytes lie in this slot
   * @throws UnsupportedOperationException if the slot is read-only: guests' stores to it are for
   *     devices
   * @throws IllegalStateException if the arena of the slot's memory is closed
   */
  public void write(long gpa, int size, long value) {
    checkWrite(gpa, size);
    bytes.write(gpa, size, value);
    markDirty(gpa, size);
  }

  /**
   * Writes {@code value} if memory holds {@code expected}, as LOCK CMPXCHG does, and marks the page
   * dirty in either case, as KVM does. Atomic with respect to all writers if the value has 1, 2, 4
   * or 8 bytes, is aligned to its size, and could be a page-table entry that {@link
   * UpdateMode#ATOMIC} allows in this memory; otherwise memory is read and then written. Orders
   * memory as a volatile access.
   *
   * @param gpa of the first byte
   * @param size 1 to 8 bytes
   * @param expected of which the low {@code size} bytes count
   * @param value of which the low {@code size} bytes count
   * @return what memory held, zero-extended
   * @throws IllegalArgumentException if {@code size} is not such
   * @throws IndexOutOfBoundsException if not all bytes lie in this slot
   * @throws UnsupportedOperationException if the slot is read-only
   * @throws IllegalStateException if the arena of the slot's memory is closed
   */
  public long compareAndExchange(long gpa, int size, long expected, long value) {
    checkWrite(gpa, size);
    long mask = SlotBytes.mask(size);
    long found = bytes.compareAndExchange(gpa, size, expected & mask, value & mask);
    markDirty(gpa, size);
    return found;
  }

  private void check(long gpa, int size) {
    if (size < 1 || size > Long.BYTES) {
      throw new IllegalArgumentException("size " + size + " is outside 1..8");
    }
    if (Long.compareUnsigned(gpa - baseGpa(), byteSize() - size) > 0) {
      throw new IndexOutOfBoundsException(
          String.format(Locale.ROOT, "%d byte(s) at 0x%x, not all in slot %s", size, gpa, this));
    }
  }

  private void checkWrite(long gpa, int size) {
    check(gpa, size);
    if (readOnly) {
      throw new UnsupportedOperationException("slot " + this + " is read-only");
    }
  }

  private void markDirty(long gpa, int size) {
    if (dirtyLog != null) {
      long first = gpa >>> PAGE_SHIFT;
      long last = (gpa + size - 1) >>> PAGE_SHIFT;
      markDirty(first);
      if (last != first) {
        markDirty(last);
      }
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
