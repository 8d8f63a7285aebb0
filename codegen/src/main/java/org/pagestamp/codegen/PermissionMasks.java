package org.pagestamp.codegen;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/**
 * The rights rules of a role as masks, one row for each kind of access.
 *
 * <p>Every rule of Intel SDM vol. 3, section 4.6.1 demands that one bit, combined over the levels,
 * has one value: writes need W = 1, user accesses U = 1, SMEP and SMAP U = 0, fetches NX = 0. So
 * for a given access they are one masked comparison:
 *
 * <pre>
 *   ((AND of the entries) &amp; CARE) == VALUE   and   ((OR of the entries) &amp; ZERO) == 0
 * </pre>
 *
 * <p>The fourth column selects the bits of a protection key's pair (access-disable, write-disable)
 * that forbid the access.
 */
final class PermissionMasks {
  static final int COLUMNS = 4;
  static final int CARE = 0;
  static final int VALUE = 1;
  static final int ZERO = 2;
  static final int KEY = 3;

  static final long KEY_ACCESS_DISABLE = 1;
  private static final long KEY_WRITE_DISABLE = 2;

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
        rows[row + CARE] = one | rightsRefused(access);
        rows[row + VALUE] = one;
        rows[row + ZERO] = alwaysZero | (isFetch(access) && role.nxe() ? EntryBits.NX : 0);
        rows[row + KEY] = keyBits(access);
      } else {
        rows[row + VALUE] = -1L;
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

  private static boolean passesSmap(int access) {
    return (access & (Access.AC | Access.IMPLICIT)) == Access.AC;
  }

  private long keyBits(int access) {
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
