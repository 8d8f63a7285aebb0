package org.pagestamp.access;

import static org.pagestamp.access.PageAccess.checkSize;
import static org.pagestamp.access.PageAccess.inFirstPage;
import static org.pagestamp.access.PageAccess.mask;
import static org.pagestamp.access.PageAccess.nextPage;

import java.util.Objects;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.Translator;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/**
 * Reads and writes of 1 to 8 bytes by guest-virtual address, as a virtual CPU's instructions make
 * them: translated, to memory or to devices, little-endian.
 *
 * <pre>
 * if (!memory.read(gva, 4, Access.USER)) {
 *   raise(memory.result(), memory.faultAddress()); // the error code, and what goes into CR2
 *   return;
 * }
 * int loaded = (int) memory.value();
 * </pre>
 *
 * <p>What an access came to stays until the next one. Nothing a guest does makes an access allocate
 * or throw.
 *
 * <p><b>Crossing a page.</b> Both pages are translated before anything is read or written, the
 * lower one first; a fault of the second has the second's first byte as its address. The pages may
 * lie in different slots, in none, or have rights of their own. The first page keeps the accessed
 * and dirty bits that its translation has set even if the second faults. In modes of 32 bits the
 * page behind the last is the first.
 *
 * <p><b>Memory or device.</b> A page in no slot is a device's; of a page in a read-only slot reads
 * come from memory and writes go to the device. This is looked up in the slots that the translation
 * used ({@link Mmu#layout}), or the second page's where there are two: if slots change meanwhile,
 * the access happens before the change or after it.
 *
 * <p><b>Stores</b> mark the dirty log once they are done. Where the access does not cross a page,
 * it is one of {@link MemSlot#read}, {@link MemSlot#write} or {@link MemSlot#compareAndExchange},
 * which say what is a single access.
 *
 * <p>Belongs to one virtual CPU and its thread. Privilege is an argument of each access, since it
 * does not follow from the CPL: see {@link Access}.
 */
public final class GvaAccess {
  private final Mmu mmu;
  private final Translator translator;
  private final PageAccess pages;

  /** The slot last used and the generation it was found in, as KVM's last-used slot. */
  private MemSlot slot;

  private long generation = -1;

  private long result = WalkResult.fault(FaultReason.NOT_PRESENT, 0, 0);
  private long value;
  private boolean exchanged;
  private long faultAddress;

  /**
   * Accesses of the virtual CPU that has {@code mmu}, each with a walk.
   *
   * @param devices answer where memory does not
   */
  public GvaAccess(Mmu mmu, MmioHandler devices) {
    this(mmu, mmu, devices);
  }

  /**
   * Accesses of the virtual CPU that has {@code mmu}, translated by a TLB in front of it.
   *
   * @param translator answers as {@code mmu} would
   * @param devices answer where memory does not
   */
  public GvaAccess(Mmu mmu, Translator translator, MmioHandler devices) {
    this.mmu = Objects.requireNonNull(mmu, "mmu");
    this.translator = Objects.requireNonNull(translator, "translator");
    this.pages = new PageAccess(devices);
  }

  /**
   * Reads; afterwards {@link #value} is what was read.
   *
   * @param gva as the program has it: LAM, the canonical check and 32-bit modes are seen to
   * @param size 1 to 8 bytes
   * @param access a combination of the bits in {@link Access}; {@link Access#WRITE} for the read of
   *     an instruction that will write there, {@link Access#FETCH} for instruction bytes
   * @return whether there was no fault
   * @throws IllegalArgumentException if {@code size} or {@code access} is not such
   * @throws IllegalStateException if the arena of a slot's memory is closed
   */
  public boolean read(long gva, int size, int access) {
    checkSize(size);
    long first = translator.translate(gva, access);
    if (WalkResult.isFault(first)) {
      return faulted(first, gva, access);
    }
    long gpa = WalkResult.gpa(first, gva);
    int part = inFirstPage(gva, size);
    if (part == size) {
      value = pages.read(slotAt(gpa), gpa, size);
      result = first;
      return true;
    }
    long next = nextPage(gva);
    long second = translator.translate(next, access);
    if (WalkResult.isFault(second)) {
      return faulted(second, next, access);
    }
    long nextGpa = WalkResult.pageGpa(second);
    value = pages.read(slotAt(gpa), gpa, part, slotAt(nextGpa), nextGpa, size);
    result = first;
    return true;
  }

  /**
   * Writes.
   *
   * @param gva as the program has it
   * @param size 1 to 8 bytes
   * @param written of which the low {@code size} bytes count
   * @param access a combination of the bits in {@link Access}; {@link Access#WRITE} need not be
   *     given
   * @return whether there was no fault; nothing was written if there was
   * @throws IllegalArgumentException if {@code size} or {@code access} is not such
   * @throws IllegalStateException if the arena of a slot's memory is closed
   */
  public boolean write(long gva, int size, long written, int access) {
    checkSize(size);
    int writeAccess = access | Access.WRITE;
    long first = translator.translate(gva, writeAccess);
    if (WalkResult.isFault(first)) {
      return faulted(first, gva, writeAccess);
    }
    long gpa = WalkResult.gpa(first, gva);
    int part = inFirstPage(gva, size);
    if (part == size) {
      pages.write(slotAt(gpa), gpa, size, written);
    } else {
      long next = nextPage(gva);
      long second = translator.translate(next, writeAccess);
      if (WalkResult.isFault(second)) {
        return faulted(second, next, writeAccess);
      }
      long nextGpa = WalkResult.pageGpa(second);
      pages.write(slotAt(gpa), gpa, part, slotAt(nextGpa), nextGpa, size, written);
    }
    value = written & mask(size);
    result = first;
    return true;
  }

  /**
   * Writes {@code written} if {@code expected} is there, as LOCK CMPXCHG does; other LOCKed
   * instructions are a loop of it. Afterwards {@link #exchanged} tells whether it was, and {@link
   * #value} what was there.
   *
   * <p>In memory it is {@link MemSlot#compareAndExchange}, atomic where that is. Across two pages
   * (split locks) and on a page that is a device's for writes, it is a read and then a write: of
   * what was read if that is not {@code expected}. KVM likewise turns such accesses into plain
   * ones.
   *
   * @param gva as the program has it
   * @param size 1 to 8 bytes
   * @param expected of which the low {@code size} bytes count
   * @param written of which the low {@code size} bytes count
   * @param access a combination of the bits in {@link Access}; {@link Access#WRITE} need not be
   *     given
   * @return whether there was no fault
   * @throws IllegalArgumentException if {@code size} or {@code access} is not such
   * @throws IllegalStateException if the arena of a slot's memory is closed
   */
  public boolean compareAndExchange(long gva, int size, long expected, long written, int access) {
    checkSize(size);
    int writeAccess = access | Access.WRITE;
    long first = translator.translate(gva, writeAccess);
    if (WalkResult.isFault(first)) {
      return faulted(first, gva, writeAccess);
    }
    long gpa = WalkResult.gpa(first, gva);
    int part = inFirstPage(gva, size);
    if (part == size) {
      value = pages.compareAndExchange(slotAt(gpa), gpa, size, expected, written);
    } else {
      long next = nextPage(gva);
      long second = translator.translate(next, writeAccess);
      if (WalkResult.isFault(second)) {
        return faulted(second, next, writeAccess);
      }
      long nextGpa = WalkResult.pageGpa(second);
      value =
          pages.compareAndExchange(
              slotAt(gpa), gpa, part, slotAt(nextGpa), nextGpa, size, expected, written);
    }
    exchanged = value == (expected & mask(size));
    result = first;
    return true;
  }

  private MemSlot slotAt(long gpa) {
    long gfn = gpa >>> MemSlot.PAGE_SHIFT;
    if (slot == null || generation != mmu.generation() || !slot.contains(gfn)) {
      slot = mmu.layout().find(gfn);
      generation = mmu.generation();
    }
    return slot;
  }

  private boolean faulted(long fault, long gva, int access) {
    result = fault;
    faultAddress = mmu.linearAddress(gva, access);
    return false;
  }

  /**
   * The {@link WalkResult} of the last access: its fault, or the translation of its first byte. A
   * fault before the first access.
   */
  public long result() {
    return result;
  }

  /**
   * What the last access read or wrote, or what its exchange found; zero-extended.
   *
   * @throws IllegalStateException if it faulted, or there was none
   */
  public long value() {
    if (WalkResult.isFault(result)) {
      throw new IllegalStateException("no value: the access came to " + text());
    }
    return value;
  }

  /**
   * Whether the last access, a {@link #compareAndExchange}, found what it expected.
   *
   * @throws IllegalStateException if it faulted, or there was none
   */
  public boolean exchanged() {
    if (WalkResult.isFault(result)) {
      throw new IllegalStateException("nothing exchanged: the access came to " + text());
    }
    return exchanged;
  }

  /**
   * The linear address of the last access's fault: the first byte that it could not reach. What a
   * page fault puts into CR2.
   *
   * @throws IllegalStateException if it did not fault
   */
  public long faultAddress() {
    if (!WalkResult.isFault(result)) {
      throw new IllegalStateException("no fault: the access came to " + text());
    }
    return faultAddress;
  }

  private String text() {
    return "'" + WalkResult.toString(result) + "'";
  }
}
