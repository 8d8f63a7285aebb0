package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.pagestamp.choice.KeyCheck;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/** Expressions over the {@link PermissionMasks} of a role, which a class holds in an array. */
final class PermissionFields {
  /** What of the masks is about rights, not about presence, reserved, accessed and dirty bits. */
  private static final long RIGHTS = EntryBits.W | EntryBits.U;

  /** Where a row of a class that knows the likely slot has the masks with its address in them. */
  private static final int WITH_SLOT = PermissionMasks.COLUMNS;

  private static final List<String> COLUMNS = List.of("CARE", "VALUE", "CARE_SLOT", "VALUE_SLOT");

  private final Role role;
  private final long[] table;
  private final int columns;
  private final int[] keyBits;
  private final long alwaysOne;
  private final long alwaysZero;
  private final ClassConstants constants;

  /**
   * Puts the masks into {@code constants}.
   *
   * @param plan the slots, of which {@link #wrong} may know the likely one; null if a result is no
   *     address in slots
   * @param alwaysOne bits that every access needs set in all entries to take the fast path
   * @param dirty the bit that writes need set in the leaf to take it
   * @param alwaysZero bits reserved in all entries
   */
  PermissionFields(
      Role role,
      SlotPlan plan,
      ClassConstants constants,
      long alwaysOne,
      long dirty,
      long alwaysZero) {
    this.role = role;
    PermissionMasks masks = new PermissionMasks(role);
    long[] rights = masks.table(alwaysOne, dirty, alwaysZero);
    boolean withSlot =
        plan != null && plan.hasSlots() && plan.isWritable(plan.likely()) && plan.likelyBits() != 0;
    this.columns = withSlot ? WITH_SLOT + PermissionMasks.COLUMNS : PermissionMasks.COLUMNS;
    this.table = withSlot ? addSlot(rights, plan) : rights;
    this.keyBits = IntStream.range(0, Access.LIMIT).map(masks::keyBits).toArray();
    this.alwaysOne = alwaysOne;
    this.alwaysZero = alwaysZero;
    this.constants = constants;
  }

  private static long[] addSlot(long[] rights, SlotPlan plan) {
    long[] wide = new long[2 * rights.length];
    for (int access = 0; access < Access.LIMIT; access++) {
      int from = access * PermissionMasks.COLUMNS;
      int to = 2 * from;
      System.arraycopy(rights, from, wide, to, PermissionMasks.COLUMNS);
      wide[to + WITH_SLOT] = rights[from] | plan.likelyBits();
      wide[to + WITH_SLOT + 1] = rights[from + 1] | plan.slot(plan.likely()).baseGpa();
    }
    return wide;
  }

  /** Whether {@link #wrong} tells whether the page is in the likely slot. */
  boolean knowsLikelySlot() {
    return columns > WITH_SLOT;
  }

  /** Bits that every access needs set in all entries to take the fast path. */
  long alwaysOne() {
    return alwaysOne;
  }

  /** Bits reserved in all entries. */
  long alwaysZero() {
    return alwaysZero;
  }

  /** Not zero where {@code combined} differs from what the access needs. */
  Expr differs(Expr combined, Expr access) {
    return differs(combined, access, 0);
  }

  /**
   * Not zero where {@link #differs} is, or where the page is not in the likely slot, as far as the
   * masks know that slot.
   */
  Expr wrong(Expr combined, Expr access) {
    return differs(combined, access, knowsLikelySlot() ? WITH_SLOT : 0);
  }

  private Expr differs(Expr combined, Expr access, int first) {
    return Expr.xor(
        Expr.and(combined, column(access, first + PermissionMasks.CARE)),
        column(access, first + PermissionMasks.VALUE));
  }

  private Expr column(Expr access, int column) {
    Expr masks = constants.field("MASKS", long[].class, () -> table);
    int shift = Integer.numberOfTrailingZeros(columns);
    Expr row = Expr.intShiftLeft(inRange(access), shift);
    Expr index = column == 0 ? row : Expr.intPlus(row, Expr.intConstant(column));
    return Expr.element(masks, index).printedAs(() -> COLUMNS.get(column) + "[access]");
  }

  /** An access below the limit, in a form that spares C2 the array's bounds check. */
  private static Expr inRange(Expr access) {
    return Expr.intAnd(access, Expr.intConstant(Access.LIMIT - 1));
  }

  /** The bits that matter to the access, and all bits but {@code some}. */
  Expr careOrAllBut(Expr access, long some) {
    return Expr.or(column(access, PermissionMasks.CARE), constant(~some));
  }

  /**
   * Not zero if the rights, and nothing but the rights, forbid the access.
   *
   * @param combined W and U of all entries ANDed, NX ORed
   */
  Expr rightsDenied(Expr combined, Expr access) {
    Expr rights = role.nxe() ? constant("W|U|NX", RIGHTS | EntryBits.NX) : constant("W|U", RIGHTS);
    return Expr.and(differs(combined, access), rights);
  }

  /**
   * The conditions under which the leaf's protection key forbids the access; at most one holds, and
   * there are none where the role knows no keys.
   *
   * @param known has U set for a user page: see {@link #knownToKeys}
   */
  List<Cond> keyDenies(Expr vcpu, Expr leaf, Expr known, Expr access) {
    List<Cond> conditions = new ArrayList<>();
    Expr user = Expr.and(known, constant("U", EntryBits.U));
    if (role.pke()) {
      Cond denied = Cond.isNotZero(denied(VcpuFields.pkru(vcpu), leaf, access));
      conditions.add(denied.and(Cond.isNotZero(user)));
    }
    if (role.pks()) {
      Expr bits = denied(VcpuFields.pkrs(vcpu), leaf, access);
      if (!role.wp()) {
        // Write-disable of a supervisor page counts with CR0.WP only, for user writes as well.
        bits = Expr.intAnd(bits, Expr.intConstant(PermissionMasks.KEY_ACCESS_DISABLE));
      }
      Cond denied = Cond.isNotZero(bits);
      if (role.choices().key() == KeyCheck.AFTER_USER_CHECK) {
        Expr byUser = Expr.intAnd(access, Expr.intConstant(Access.USER).printedAs("USER"));
        denied = denied.and(Cond.isZero(byUser));
      }
      conditions.add(denied.and(Cond.isZero(user)));
    }
    return conditions;
  }

  /**
   * What has the U bit that keys are judged by.
   *
   * @param above AND of the entries above the leaf
   * @param all has the AND of all entries
   */
  Expr knownToKeys(Expr above, Expr all) {
    return keysIgnoreLeaf() ? above : all;
  }

  /** Whether U of the leaf has no part in which register holds its key. */
  boolean keysIgnoreLeaf() {
    return role.choices().key() == KeyCheck.BEFORE_LEAF_RIGHTS;
  }

  /** The two bits of the leaf's key in {@code register}, as far as they matter to the access. */
  private Expr denied(Expr register, Expr leaf, Expr access) {
    Expr twiceKey = Expr.and(Expr.shiftRight(leaf, EntryBits.KEY_SHIFT - 1), constant(2 * 0xF));
    Expr bits = Expr.intShiftRight(register, Expr.toInt(twiceKey));
    Expr forbidding =
        Expr.element(constants.field("KEY", int[].class, () -> keyBits), inRange(access));
    return Expr.intAnd(bits, forbidding.printedAs("KEY[access]"));
  }

  /** Prints the masks of each kind of access. */
  void list(Listing listing) {
    listing.line("");
    listing.line("// masks by access");
    for (int access = 0; access < Access.LIMIT; access++) {
      if (Access.isValid(access)) {
        int row = access;
        listing.line(() -> rowText(row));
      }
    }
  }

  private String rowText(int access) {
    StringBuilder line = new StringBuilder("// " + Access.toString(access) + ":");
    for (int column = 0; column < columns; column++) {
      long mask = table[access * columns + column];
      line.append(' ').append(COLUMNS.get(column)).append(' ').append(Expr.hex(mask));
    }
    if (role.pke() || role.pks()) {
      line.append(" KEY ").append(keyBits[access]);
    }
    return line.toString();
  }
}
