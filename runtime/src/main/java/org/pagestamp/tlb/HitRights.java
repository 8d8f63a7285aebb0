package org.pagestamp.tlb;

import java.util.Arrays;
import org.pagestamp.interpreter.Permissions;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * Which kept results answer which accesses, in one role and with one state of the key registers.
 *
 * <p>The rules are those of {@link Permissions}. For each access they come to this: some of W, U
 * and NX must be set, some clear. So most hits are found by one AND and one compare of the whole
 * result; a page that it does not tell of is put to {@link #allow}.
 */
final class HitRights {
  /** No result has all of these, so an access that wants them is never answered at once. */
  private static final long NEVER = EntryBits.P | EntryBits.D | WalkResult.CLEAN_WRITE;

  private static final long RIGHTS = EntryBits.W | EntryBits.U | EntryBits.NX;

  /** Every key of every access forbidden. */
  private static final int ALL_FORBIDDEN = -1;

  private final Key key;
  private final Permissions permissions;
  private final long[] words = never();

  /**
   * What of a role and the key registers tells one object of this class from another: of the
   * registers it is only key 0, which nearly all pages have, and whether the others matter.
   */
  record Key(Role role, int keyZero, boolean othersMatter) {
    static Key of(Role role, int pkru, int pkrs) {
      int user = role.pke() ? pkru : 0;
      int supervisor = role.pks() ? pkrs : 0;
      return new Key(role, (user & 3) | (supervisor & 3) << 2, (user | supervisor) != 0);
    }
  }

  HitRights(Key key) {
    this.key = key;
    permissions = new Permissions(key.role);
    for (int access = 0; access < Access.LIMIT; access++) {
      if (Access.isValid(access)) {
        derive(access);
      }
    }
  }

  /** Whether these are the rights of a role and of the key registers. */
  boolean isFor(Role role, int pkru, int pkrs) {
    return role.equals(key.role) && key.equals(Key.of(role, pkru, pkrs));
  }

  /** The words of a TLB that answers nothing at once. */
  static long[] never() {
    long[] words = new long[Access.LIMIT];
    Arrays.fill(words, word(NEVER, NEVER));
    return words;
  }

  /** By access: what {@link #unfit} asks of a result. */
  long[] words() {
    return words;
  }

  /**
   * Zero if a result answers an access as it stands; never for a result of zero.
   *
   * @param word the access's
   */
  static long unfit(long result, long word) {
    return (turned(result) ^ word) & (word >>> 32);
  }

  /** KEY and NX come round to the right, the flags behind them: 17 bits, then the frame. */
  private static long turned(long result) {
    return Long.rotateLeft(result, 5);
  }

  /** The bits that matter, turned, in the upper half; what they must be in the lower. */
  private static long word(long care, long want) {
    return turned(care) << 32 | turned(want);
  }

  /** Whether a result answers an access: the page may be accessed, and no D is left to be set. */
  boolean allow(long result, int access, int pkru, int pkrs) {
    boolean dueDirty =
        (access & Access.WRITE) != 0 && (result & (EntryBits.D | WalkResult.CLEAN_WRITE)) == 0;
    return !dueDirty && permissions.allows(result, access, pkru, pkrs);
  }

  private void derive(int access) {
    int pkru = key.keyZero & 3;
    int pkrs = key.keyZero >>> 2;
    long set = RIGHTS;
    long clear = RIGHTS;
    boolean keysMatter = false;
    for (int i = 0; i < 8; i++) {
      long rights = rights(i);
      if (permissions.allows(rights, access, pkru, pkrs)) {
        set &= rights;
        clear &= ~rights;
      }
      keysMatter |=
          permissions.allows(rights, access, 0, 0)
              != permissions.allows(rights, access, ALL_FORBIDDEN, ALL_FORBIDDEN);
    }
    long care = set | clear;
    for (int i = 0; i < 8; i++) {
      boolean fits = ((rights(i) ^ set) & care) == 0;
      if (fits != permissions.allows(rights(i), access, pkru, pkrs)) {
        return; // no such page may be accessed, or it takes more than one compare to tell which
      }
    }
    long dirty = (access & Access.WRITE) != 0 ? EntryBits.D : 0;
    long keys = keysMatter && key.othersMatter ? EntryBits.KEY : 0;
    words[access] =
        word(care | EntryBits.P | WalkResult.CLEAN_WRITE | dirty | keys, set | EntryBits.P | dirty);
  }

  /** One of the eight combinations of W, U and NX. */
  private static long rights(int number) {
    return (number & 1L) << 1 | (number & 2L) << 1 | (number & 4L) << 61;
  }
}
