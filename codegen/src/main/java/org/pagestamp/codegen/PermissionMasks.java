package org.pagestamp.codegen;

import org.pagestamp.choice.ImplicitSmap;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/**
 * The rights rules of a role as masks, one row for each kind of access.
 *
 * <p>Every rule of Intel SDM vol. 3, section 4.6.1 demands that one bit, combined over the levels,
 * has one value: writes need W = 1, user accesses U = 1, SMEP and SMAP U = 0, fetches NX = 0. The
 * same goes for presence, reserved bits, accessed and dirty. So for a given access all are one
 * masked comparison of a word that has the ANDed and the ORed bits in their places, as a result
 * has; CARE are the bits that matter, and CLEAR those of them that must be clear:
 *
 * <pre>
 *   (~word &amp; CARE) == CLEAR
 * </pre>
 *
 * <p>A processor with BMI1 has the NOT and the AND in one instruction, which does not overwrite the
 * word.
 */
final class PermissionMasks {
  static final int COLUMNS = 2;
  static final int CARE = 0;
  static final int CLEAR = 1;

  static final int KEY_ACCESS_DISABLE = 1;
  private static final int KEY_WRITE_DISABLE = 2;

  private final Role role;

  PermissionMasks(Role role) {
    this.role = role;
  }

  /**
   * The rows, each {@link #COLUMNS} longs; row numbers are accesses. What is no access has a row
   * that no entry satisfies.
   *
   * @param alwaysOne bits that every access needs set in all entries
   * @param dirty the bit that writes need set in the leaf, or 0
   * @param alwaysZero bits that every access needs clear in all entries
   */
  long[] table(long alwaysOne, long dirty, long alwaysZero) {
    long[] rows = new long[Access.LIMIT * COLUMNS];
    for (int access = 0; access < Access.LIMIT; access++) {
      int row = access * COLUMNS;
      if (Access.isValid(access)) {
        long one = alwaysOne | rightsNeeded(access) | (isWrite(access) ? dirty : 0);
        long zero = alwaysZero | (isFetch(access) && role.nxe() ? EntryBits.NX : 0);
        long clear = rightsRefused(access) | zero;
        rows[row + CARE] = one | clear;
        rows[row + CLEAR] = clear;
      } else {
        rows[row + CLEAR] = -1L;
      }
    }
    return rows;
  }

  private long rightsNeeded(int access) {
    long needed = isUser(access) ? EntryBits.U : 0;
    if (isWrite(access) && (isUser(access) || role.wp())) {
      needed |= EntryBits.W;
    }
    return needed;
  }

  private long rightsRefused(int access) {
    if (isUser(access)) {
      return 0;
    }
    boolean refusesUserPages = isFetch(access) ? role.smep() : role.smap() && !passesSmap(access);
    return refusesUserPages ? EntryBits.U : 0;
  }

  private boolean passesSmap(int access) {
    int refused = role.choices().smap() == ImplicitSmap.AC ? 0 : Access.IMPLICIT;
    return (access & (Access.AC | refused)) == Access.AC;
  }

  /** The bits of a key's pair, access-disable and write-disable, that forbid an access. */
  int keyBits(int access) {
    if (isFetch(access)) {
      return 0;
    }
    return isWrite(access) && (isUser(access) || role.wp())
        ? KEY_ACCESS_DISABLE | KEY_WRITE_DISABLE
        : KEY_ACCESS_DISABLE;
  }

  private static boolean isUser(int access) {
    return (access & Access.USER) != 0;
  }

  private static boolean isWrite(int access) {
    return (access & Access.WRITE) != 0;
  }

  private static boolean isFetch(int access) {
    return (access & Access.FETCH) != 0;
  }
}
