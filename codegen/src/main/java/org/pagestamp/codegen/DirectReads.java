package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import org.pagestamp.mode.PagingMode;

/**
 * Reading entries on the supposition that all tables lie in one slot, whose size is a power of two
 * and whose base is aligned to it.
 *
 * <p>The address bits that vary inside the slot are the offset: an address outside leads to another
 * entry inside, never out of the slot, so no read needs a test. Whether all addresses had the
 * slot's other bits is one question about all of them together, asked when the leaf is judged; if
 * not, what was read is forgotten.
 */
final class DirectReads {
  private final SlotPlan plan;
  private final long addressBits;
  private final int entryBytes;

  private DirectReads(SlotPlan plan, long addressBits, int entryBytes) {
    this.plan = plan;
    this.addressBits = addressBits;
    this.entryBytes = entryBytes;
  }

  /**
   * How a class reads this way, or null if its slots or its mode do not allow it or it would not
   * pay.
   */
  static DirectReads of(SlotPlan plan, PagingMode mode) {
    return mode == PagingMode.NO_PAGING ? null : of(plan, mode.tableMask(), mode.entryBytes());
  }

  /**
   * The same for entries that hold these bits of an address.
   *
   * @param entryBytes 4 or 8
   */
  static DirectReads of(SlotPlan plan, long addressBits, int entryBytes) {
    boolean possible =
        plan.hasSlots()
            && plan.likelyDominates()
            && plan.likelyBits() != 0
            && !plan.isAccessor(plan.likely())
            && (plan.slot(plan.likely()).baseGpa() & ~addressBits) == 0;
    return possible ? new DirectReads(plan, addressBits, entryBytes) : null;
  }

  /** Where the slot begins. */
  long base() {
    return plan.slot(plan.likely()).baseGpa();
  }

  /** The size of the slot in bytes. */
  long size() {
    return plan.slot(plan.likely()).byteSize();
  }

  /**
   * Whether entries of all levels are read this way, or only the first, of which CR3 alone tells
   * whether it is in the slot. C2 would widen an entry of 4 bytes late if no test followed.
   */
  boolean coversAllLevels() {
    return entryBytes == Long.BYTES;
  }

  /** Whether the table whose address has the bits of {@code above} is in the slot. */
  Comparison isIn(Expr above) {
    return new Comparison(above, outside(), base());
  }

  /** The entry at {@code index} bytes in the table that {@code above} points to, if it is there. */
  Expr entry(SlotMethods slots, Expr above, Expr index) {
    return slots.likelyEntry(Expr.plus(inside(above, addressBits), index));
  }

  /** Where the address in {@code above} is in the slot, if it is there. */
  Expr inside(Expr above, long mask) {
    long bits = mask & (size() - 1);
    return Expr.and(above, mask == addressBits ? constant("INSIDE", bits) : constant(bits));
  }

  /** The address bits that are the same in the whole slot. */
  long outside() {
    return addressBits & -size();
  }

  /**
   * Has bits of {@link #outside} set if one of the addresses leads out of the slot, and other bits
   * set that are in {@code or}.
   *
   * @param and all addresses ANDed
   * @param or all addresses ORed
   */
  Expr strays(Expr and, Expr or) {
    if (base() == 0) {
      return or;
    }
    return Expr.or(Expr.xor(and, or), Expr.xor(or, constant("BASE", base())));
  }

  /** The constants that a listing names. */
  String legend() {
    return "INSIDE "
        + Expr.hex(addressBits & (size() - 1))
        + ", OUTSIDE "
        + Expr.hex(outside())
        + (base() == 0 ? "" : ", BASE " + Expr.hex(base()));
  }
}
