package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.pagestamp.choice.KeyCheck;
import org.pagestamp.codegen.EntryFormat.LeafBits;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/** Expressions over the {@link PermissionMasks} of a role, which a class holds in an array. */
final class PermissionFields {
  /** What of the masks is about rights, not about presence, reserved, accessed and dirty bits. */
  private static final long RIGHTS = EntryBits.W | EntryBits.U;

  /**
   * A pair of columns: the masks for some results.
   *
   * @param suffix after the columns' names
   * @param slot address bits by which the likely slot is told
   * @param clear other bits that must be clear
   */
  private record Columns(String suffix, long slot, long clear) {}

  private final Role role;
  private final List<LeafBits> rare;
  private final boolean knowsLikelySlot;
  private final long base;

  /** For the rights alone; with the likely slot if that is known; for leaves that are large. */
  private final List<Columns> columns = new ArrayList<>();

  /** Longs of a row: a power of two. */
  private final int width;

  private final long[] table;
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
   * @param rare other bits that leaves hardly ever have set
   */
  PermissionFields(
      Role role,
      SlotPlan plan,
      ClassConstants constants,
      long alwaysOne,
      long dirty,
      long alwaysZero,
      List<LeafBits> rare) {
    this.role = role;
    this.rare = rare;
    this.knowsLikelySlot =
        plan != null && plan.hasSlots() && plan.isWritable(plan.likely()) && plan.likelyBits() != 0;
    this.base = knowsLikelySlot ? plan.slot(plan.likely()).baseGpa() : 0;
    long slot = knowsLikelySlot ? plan.likelyBits() : 0;
    columns.add(new Columns("", 0, 0));
    if (knowsLikelySlot) {
      columns.add(new Columns("_SLOT", slot, 0));
    }
    for (LeafBits leaf : rare) {
      String suffix = "_" + leaf.level().number() + (leaf.plain() ? "_PLAIN" : "");
      columns.add(new Columns(suffix, slot & -leaf.level().pageSize(), leaf.bits()));
    }
    this.width = Integer.highestOneBit(2 * columns.size() * PermissionMasks.COLUMNS - 1);
    PermissionMasks masks = new PermissionMasks(role);
    this.table = widen(masks.table(alwaysOne, dirty, alwaysZero));
    this.keyBits = IntStream.range(0, Access.LIMIT).map(masks::keyBits).toArray();
    this.alwaysOne = alwaysOne;
    this.alwaysZero = alwaysZero;
    this.constants = constants;
  }

  private long[] widen(long[] rights) {
    long[] wide = new long[Access.LIMIT * width];
    for (int access = 0; access < Access.LIMIT; access++) {
      int from = access * PermissionMasks.COLUMNS;
      int to = access * width;
      for (Columns pair : columns) {
        long care = pair.slot() | pair.clear();
        long clear = (pair.slot() & ~base) | pair.clear();
        wide[to + PermissionMasks.CARE] = rights[from + PermissionMasks.CARE] | care;
        wide[to + PermissionMasks.CLEAR] = rights[from + PermissionMasks.CLEAR] | clear;
        to += PermissionMasks.COLUMNS;
      }
    }
    return wide;
  }

  /** Whether {@link #wrong} tells whether the page is in the likely slot. */
  boolean knowsLikelySlot() {
    return knowsLikelySlot;
  }

  /** Bits that leaves of a level hardly ever have set, beside those reserved in all entries. */
  long rare(PagingLevel level) {
    int index = indexOf(level, false);
    return index < 0 ? 0 : rare.get(index).bits();
  }

  /** Whether leaves of a level are judged apart that have no bit set that software uses. */
  boolean knowsPlain(PagingLevel level) {
    return knowsLikelySlot && indexOf(level, true) >= 0;
  }

  private int indexOf(PagingLevel level, boolean plain) {
    return IntStream.range(0, rare.size())
        .filter(i -> rare.get(i).level().equals(level) && rare.get(i).plain() == plain)
        .findFirst()
        .orElse(-1);
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
    return differs(combined, access, knowsLikelySlot ? 1 : 0);
  }

  /**
   * The same for a leaf of {@code level}, before the offset into the page is added: also not zero
   * where the leaf has bits that are {@link #rare}. Of a page larger than the likely slot it tells
   * whether it has that slot in it: see {@link #outsideInPage}.
   *
   * @param plain whether it is not zero either where a bit is set that software uses
   * @param kept has the bits of {@code combined}, and all of these
   */
  Expr wrongLeaf(PagingLevel level, boolean plain, Expr kept, Expr access) {
    int index = indexOf(level, plain);
    return index < 0
        ? wrong(kept, access)
        : differs(kept, access, (knowsLikelySlot ? 2 : 1) + index);
  }

  /**
   * Not zero if {@code gva} leads out of the likely slot inside a page of {@code level} that has
   * the slot in it; null if no page of that level is larger than the slot.
   */
  Expr outsideInPage(PagingLevel level, Expr gva) {
    long slot = knowsLikelySlot ? columns.get(1).slot() & (level.pageSize() - 1) : 0;
    if (slot == 0) {
      return null;
    }
    long expected = base & slot;
    Expr moved = expected == 0 ? gva : Expr.xor(gva, constant(expected));
    return Expr.and(moved, constant(slot));
  }

  private Expr differs(Expr combined, Expr access, int pair) {
    return Expr.xor(
        Expr.and(Expr.not(combined), column(access, pair, PermissionMasks.CARE)),
        column(access, pair, PermissionMasks.CLEAR));
  }

  private Expr column(Expr access, int pair, int which) {
    Expr masks = constants.field("MASKS", long[].class, () -> table);
    Expr row = Expr.intShiftLeft(inRange(access), Integer.numberOfTrailingZeros(width));
    int column = pair * PermissionMasks.COLUMNS + which;
    Expr index = column == 0 ? row : Expr.intPlus(row, Expr.intConstant(column));
    return Expr.element(masks, index).printedAs(() -> name(pair, which) + "[access]");
  }

  private String name(int pair, int which) {
    return (which == PermissionMasks.CARE ? "CARE" : "CLEAR") + columns.get(pair).suffix();
  }

  /** An access below the limit, in a form that spares C2 the array's bounds check. */
  private static Expr inRange(Expr access) {
    return Expr.intAnd(access, Expr.intConstant(Access.LIMIT - 1));
  }

  /** The bits that matter to the access, and all bits but {@code some}. */
  Expr careOrAllBut(Expr access, long some) {
    return Expr.or(column(access, 0, PermissionMasks.CARE), constant(~some));
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
    int next = access * width;
    for (int pair = 0; pair < columns.size(); pair++) {
      for (int which = 0; which < PermissionMasks.COLUMNS; which++) {
        line.append(' ').append(name(pair, which)).append(' ').append(Expr.hex(table[next++]));
      }
    }
    if (role.pke() || role.pks()) {
      line.append(" KEY ").append(keyBits[access]);
    }
    return line.toString();
  }
}
