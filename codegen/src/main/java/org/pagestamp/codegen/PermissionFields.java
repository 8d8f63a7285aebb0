package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/** Expressions over the {@link PermissionMasks} of a role, which a class holds in an array. */
final class PermissionFields {
  /** What of the masks is about rights, not about presence, reserved, accessed and dirty bits. */
  private static final long RIGHTS = EntryBits.W | EntryBits.U;

  private static final List<String> COLUMNS = List.of("CARE", "VALUE", "ZERO", "KEY");

  private final Role role;
  private final long[] table;
  private final Expr masks;
  private final boolean knowsZeroBits;

  /**
   * Puts the masks into {@code constants}.
   *
   * @param alwaysOne bits that every access needs set in all entries to take the fast path
   * @param dirty the bit that writes need set in the leaf to take it
   * @param alwaysZero bits reserved in all entries
   */
  PermissionFields(
      Role role, ClassConstants constants, long alwaysOne, long dirty, long alwaysZero) {
    this.role = role;
    this.table = new PermissionMasks(role).table(alwaysOne, dirty, alwaysZero);
    this.masks = constants.field("MASKS", long[].class, table);
    this.knowsZeroBits = alwaysZero != 0 || role.nxe();
  }

  /** The row of an access. */
  Expr row(Expr access) {
    return Expr.intShiftLeft(access, Integer.numberOfTrailingZeros(PermissionMasks.COLUMNS));
  }

  private Expr column(Expr row, int column) {
    Expr index = column == 0 ? row : Expr.intPlus(row, Expr.intConstant(column));
    return Expr.element(masks, index).printedAs(COLUMNS.get(column) + "[access]");
  }

  /** Not zero where {@code all}, the AND of the entries, differs from what the access needs. */
  Expr differs(Expr all, Expr row) {
    return Expr.xor(
        Expr.and(all, column(row, PermissionMasks.CARE)), column(row, PermissionMasks.VALUE));
  }

  /** Whether any role's access needs bits of the entries clear. */
  boolean knowsZeroBits() {
    return knowsZeroBits;
  }

  /** Not zero where {@code any}, the OR of the entries, has a bit that must be clear. */
  Expr mustBeZero(Expr any, Expr row) {
    return Expr.and(any, column(row, PermissionMasks.ZERO));
  }

  /** Not zero if the rights, and nothing but the rights, forbid the access. */
  Expr rightsDenied(Expr all, Expr any, Expr row) {
    Expr denied = Expr.and(differs(all, row), constant("W|U", RIGHTS));
    return role.nxe()
        ? Expr.or(denied, Expr.and(mustBeZero(any, row), constant("NX", EntryBits.NX)))
        : denied;
  }

  /**
   * The conditions under which the leaf's protection key forbids the access; at most one holds, and
   * there are none where the role knows no keys.
   *
   * @param all AND of all entries: a user page has U set
   */
  List<Cond> keyDenies(Expr vcpu, Expr leaf, Expr all, Expr row) {
    List<Cond> conditions = new ArrayList<>();
    Expr user = Expr.and(all, constant("U", EntryBits.U));
    if (role.pke()) {
      Cond denied = Cond.isNotZero(denied(VcpuFields.pkru(vcpu), leaf, row));
      conditions.add(denied.and(Cond.isNotZero(user)));
    }
    if (role.pks()) {
      Expr bits = denied(VcpuFields.pkrs(vcpu), leaf, row);
      if (!role.wp()) {
        // Write-disable of a supervisor page counts with CR0.WP only, for user writes as well.
        bits = Expr.intAnd(bits, Expr.intConstant((int) PermissionMasks.KEY_ACCESS_DISABLE));
      }
      Cond denied = Cond.isNotZero(bits);
      conditions.add(denied.and(Cond.isZero(user)));
    }
    return conditions;
  }

  /** The two bits of the leaf's key in {@code register}, as far as they matter to the access. */
  private Expr denied(Expr register, Expr leaf, Expr row) {
    Expr twiceKey = Expr.and(Expr.shiftRight(leaf, EntryBits.KEY_SHIFT - 1), constant(2 * 0xF));
    Expr bits = Expr.intShiftRight(register, Expr.toInt(twiceKey));
    return Expr.intAnd(bits, Expr.toInt(column(row, PermissionMasks.KEY)));
  }

  /** Prints the masks of each kind of access. */
  void list(Listing listing) {
    listing.line("");
    listing.line("// masks by access");
    for (int access = 0; access < Access.LIMIT; access++) {
      if (Access.isValid(access)) {
        StringBuilder line = new StringBuilder("// " + Access.toString(access) + ":");
        for (int column = 0; column < PermissionMasks.COLUMNS; column++) {
          long mask = table[access * PermissionMasks.COLUMNS + column];
          line.append(' ').append(COLUMNS.get(column)).append(' ').append(Expr.hex(mask));
        }
        listing.line(line.toString());
      }
    }
  }
}
