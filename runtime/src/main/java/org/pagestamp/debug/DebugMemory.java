package org.pagestamp.debug;

import java.util.Objects;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.walk.WalkResult;

/**
 * Guest-virtual memory as a debugger sees it (gdb stubs, memory viewers): through the virtual CPU's
 * own translation, but without side effects. Nothing sets accessed or dirty bits or fills a TLB,
 * and no device is ever read or written.
 *
 * <p><b>Rights do not count</b>: neither R/W, U/S and NX nor protection keys, SMEP, SMAP and LASS.
 * So a debugger reads and writes what the guest's own code could not; whoever shows or offers that
 * should say so. What no walk could reach, an entry that is not present or has reserved bits set or
 * a non-canonical address, is unmapped for a debugger too.
 *
 * <p>Accesses go page by page and end at the first page that is unmapped, in no slot (MMIO) or, for
 * writes, in a read-only slot (ROM). They tell how far they came. Bytes are copied one by one or in
 * larger pieces: a guest that runs meanwhile may see a write half done.
 *
 * <p>Belongs to the thread of the virtual CPU, like its {@link Mmu}: a debugger asks while the
 * guest is stopped. A viewer in another thread makes an Mmu of its own over the same slots and
 * {@linkplain Mmu#restore restores} the registers into it.
 */
public final class DebugMemory {
  private final Mmu mmu;

  /** The memory that the virtual CPU with {@code mmu} sees. */
  public DebugMemory(Mmu mmu) {
    this.mmu = Objects.requireNonNull(mmu, "mmu");
  }

  /**
   * Reads a range. Addresses wrap where the mode has 32 bits.
   *
   * @return the number of bytes read: {@code length}, or less if the range meets a page that cannot
   *     be read, and then {@code gva} plus this number is its first address in the range
   * @throws IndexOutOfBoundsException if {@code to} has no such range
   */
  public int read(long gva, byte[] to, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, to.length);
    int done = 0;
    while (done < length) {
      int part = inPage(gva + done, length - done);
      long result = mmu.locate(gva + done);
      if (WalkResult.isFault(result)
          || memory().read(WalkResult.gpa(result, gva + done), to, offset + done, part) != part) {
        break;
      }
      done += part;
    }
    return done;
  }

  /**
   * Writes a range, whatever the guest's own rights to it, and marks its pages in their slots'
   * dirty logs. The guest's dirty bits stay as they are.
   *
   * <p>An emulator that has translated code from these pages, or keeps breakpoints in them, is told
   * by nobody but its own {@link org.pagestamp.slot.MemoryAccessor}, if the slot has one.
   *
   * @return the number of bytes written: {@code length}, or less if the range meets a page that
   *     cannot be written, and then {@code gva} plus this number is its first address in the range
   * @throws IndexOutOfBoundsException if {@code from} has no such range
   */
  public int write(long gva, byte[] from, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, from.length);
    int done = 0;
    while (done < length) {
      int part = inPage(gva + done, length - done);
      long result = mmu.locate(gva + done);
      if (WalkResult.isFault(result)
          || memory().write(WalkResult.gpa(result, gva + done), from, offset + done, part)
              != part) {
        break;
      }
      done += part;
    }
    return done;
  }

  /** The slots that the last address was found in. */
  private GuestMemory memory() {
    return new GuestMemory(mmu.layout());
  }

  private static int inPage(long gva, int wanted) {
    return (int) Math.min(wanted, MemSlot.PAGE_SIZE - (gva & MemSlot.PAGE_SIZE - 1));
  }
}
