package org.pagestamp.slot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.Optional;

/**
 * Guest-physical memory as an emulator's devices and loaders see it.
 *
 * <p>The rules are KVM's {@code kvm_read_guest}, {@code kvm_write_guest} and {@code
 * gfn_to_hva_prot}: reads work on read-only slots; a write to a read-only slot or to a hole fails
 * without writing a byte or marking a page. Ranges go page by page, so a failure leaves the pages
 * before it transferred. Written pages are marked in their slot's dirty log.
 *
 * <p>Safe for use by several threads; single bytes are atomic, ranges are not.
 */
public final class GuestMemory {
  private final SlotLayout layout;

  /** Memory in the slots of {@code layout}. */
  public GuestMemory(SlotLayout layout) {
    this.layout = Objects.requireNonNull(layout, "layout");
  }

  /** The page for reading ({@code gfn_to_hva_prot}): present in every slot, read-only or not. */
  public Optional<HostPage> pageForRead(long gfn) {
    MemSlot slot = layout.find(gfn);
    return slot == null
        ? Optional.empty()
        : Optional.of(
            new HostPage(slot, (gfn - slot.baseGfn()) << MemSlot.PAGE_SHIFT, !slot.isReadOnly()));
  }

  /** The page for writing ({@code gfn_to_hva}): absent in holes and in read-only slots. */
  public Optional<HostPage> pageForWrite(long gfn) {
    return pageForRead(gfn).filter(HostPage::writable);
  }

  /**
   * Reads a range.
   *
   * @return the number of bytes read: {@code length}, or less if the range meets a hole, and then
   *     the hole begins at {@code gpa} plus this number
   * @throws IndexOutOfBoundsException if {@code to} has no such range
   */
  public int read(long gpa, byte[] to, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, to.length);
    int done = 0;
    while (done < length) {
      MemSlot slot = layout.find((gpa + done) >>> MemSlot.PAGE_SHIFT);
      if (slot == null) {
        break;
      }
      int part = bytesInPage(gpa + done, length - done);
      copyOut(slot, gpa + done, to, offset + done, part);
      done += part;
    }
    return done;
  }

  /**
   * Writes a range and marks its pages dirty.
   *
   * @return the number of bytes written: {@code length}, or less if the range meets a hole or a
   *     read-only slot, which then begins at {@code gpa} plus this number
   * @throws IndexOutOfBoundsException if {@code from} has no such range
   */
  public int write(long gpa, byte[] from, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, from.length);
    int done = 0;
    while (done < length) {
      MemSlot slot = layout.find((gpa + done) >>> MemSlot.PAGE_SHIFT);
      if (slot == null || slot.isReadOnly()) {
        break;
      }
      int part = bytesInPage(gpa + done, length - done);
      copyIn(slot, gpa + done, from, offset + done, part);
      slot.markDirty((gpa + done) >>> MemSlot.PAGE_SHIFT);
      done += part;
    }
    return done;
  }

  private static int bytesInPage(long gpa, int wanted) {
    return (int) Math.min(wanted, MemSlot.PAGE_SIZE - (gpa & MemSlot.PAGE_SIZE - 1));
  }

  private static void copyOut(MemSlot slot, long gpa, byte[] to, int offset, int length) {
    switch (slot.backing()) {
      case SegmentBacking backing -> {
        long start = backing.offset() + gpa - slot.baseGpa();
        MemorySegment.copy(backing.segment(), ValueLayout.JAVA_BYTE, start, to, offset, length);
      }
      case AccessorBacking(MemoryAccessor accessor) -> {
        for (int i = 0; i < length; i++) {
          to[offset + i] = accessor.getByte(gpa + i);
        }
      }
    }
  }

  private static void copyIn(MemSlot slot, long gpa, byte[] from, int offset, int length) {
    switch (slot.backing()) {
      case SegmentBacking backing -> {
        long start = backing.offset() + gpa - slot.baseGpa();
        MemorySegment.copy(from, offset, backing.segment(), ValueLayout.JAVA_BYTE, start, length);
      }
      case AccessorBacking(MemoryAccessor accessor) -> {
        for (int i = 0; i < length; i++) {
          accessor.putByte(gpa + i, from[offset + i]);
        }
      }
    }
  }
}
