package org.pagestamp.interpreter;

import org.pagestamp.choice.ImplicitSmap;
import org.pagestamp.choice.KeyCheck;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.Rule;
import org.pagestamp.walk.WalkResult;

/**
 * The rights check at the leaf, on the rights of all levels combined. For walks, and for TLBs that
 * keep {@linkplain WalkResult results} and judge them anew for each access: {@link #allows}.
 *
 * <p>The conditions are asked once, for every access and combination of rights; a walk looks their
 * answer up, as KVM does in {@code permission_fault}.
 *
 * <p>Source: Intel SDM vol. 3, section 4.6.1; the order in which causes are named is for people
 * only, since one fault reports them all alike.
 *
 * <p>Immutable; safe for use by several threads.
 */
public final class Permissions {
  /** W, U and inverted NX have eight combinations. */
  private static final int COMBINATIONS = 8;

  private final Role role;
  private final KeyCheck keyCheck;
  private final boolean hasKeys;
  private final Rule[] rules = new Rule[Access.LIMIT * COMBINATIONS];

  /** The rights check of a role. */
  public Permissions(Role role) {
    this.role = role;
    keyCheck = role.choices().key();
    hasKeys = role.pke() || role.pks();
    for (int access = 0; access < Access.LIMIT; access++) {
      for (int combination = 0; combination < COMBINATIONS; combination++) {
        long rights =
            ((combination & 1) != 0 ? EntryBits.W : 0)
                | ((combination & 2) != 0 ? EntryBits.U : 0)
                | ((combination & 4) != 0 ? EntryBits.NX : 0);
        rules[index(access, rights)] = rule(role, access, rights);
      }
    }
  }

  /** W and U are bits 1 and 2, NX is bit 63. */
  private static int index(int access, long rights) {
    return access * COMBINATIONS + ((int) (rights >>> 61) & 4) + ((int) (rights >>> 1) & 3);
  }

  /**
   * Whether a page may be accessed, by the result of an earlier walk that led to it, whatever
   * access that was made for. Says nothing of D: a write to a page that is not dirty has to walk.
   * With {@link KeyCheck#BEFORE_LEAF_RIGHTS}, where a result does not tell which register holds for
   * a supervisor page, both must allow the access.
   *
   * @param result a success
   * @param access a combination of the bits in {@link Access}, which must be valid
   * @param pkru PKRU now
   * @param pkrs IA32_PKRS now
   */
  public boolean allows(long result, int access, int pkru, int pkrs) {
    long rights = result ^ EntryBits.NX;
    if (check(access, rights) != Rule.ALLOWED
        || keyForbids(pkru, pkrs, access, 0, rights, result)) {
      return false;
    }
    return keyCheck != KeyCheck.BEFORE_LEAF_RIGHTS
        || !keyForbids(pkru, pkrs, access, EntryBits.U, rights, result);
  }

  /**
   * The rule that forbids an access, or {@link Rule#ALLOWED}. Protection keys are not looked at.
   *
   * @param rights AND over all levels of W, U and inverted NX; other bits are ignored
   */
  Rule check(int access, long rights) {
    return rules[index(access, rights)];
  }

  private static Rule rule(Role role, int access, long rights) {
    boolean user = (access & Access.USER) != 0;
    boolean userPage = (rights & EntryBits.U) != 0;
    if (user && !userPage) {
      return Rule.SUPERVISOR_PAGE;
    }
    return (access & Access.FETCH) != 0
        ? checkFetch(role, user, userPage, rights)
        : checkData(role, access, user, userPage, rights);
  }

  private static Rule checkFetch(Role role, boolean user, boolean userPage, long rights) {
    if (role.nxe() && (rights & EntryBits.NX) == 0) {
      return Rule.EXECUTE_DISABLE;
    }
    if (role.smep() && !user && userPage) {
      return Rule.SMEP;
    }
    return Rule.ALLOWED;
  }

  private static Rule checkData(
      Role role, int access, boolean user, boolean userPage, long rights) {
    if (role.smap() && !user && userPage && !overridesSmap(role, access)) {
      return Rule.SMAP;
    }
    if ((access & Access.WRITE) != 0 && (rights & EntryBits.W) == 0) {
      if (user) {
        return Rule.USER_WRITE;
      }
      if (role.wp()) {
        return Rule.WRITE_PROTECT;
      }
    }
    return Rule.ALLOWED;
  }

  /** EFLAGS.AC frees explicit accesses from SMAP; implicit ones on Bochs alone. */
  private static boolean overridesSmap(Role role, int access) {
    boolean explicit = (access & Access.IMPLICIT) == 0;
    return (access & Access.AC) != 0 && (explicit || role.choices().smap() == ImplicitSmap.AC);
  }

  /**
   * Whether the page's protection key forbids a data access (Intel SDM vol. 3, section 4.6.2). Each
   * of the 16 keys has two bits in PKRU or IA32_PKRS: access-disable and, above it, write-disable.
   *
   * @param above the rights of the levels above the leaf
   * @param rights those of all levels
   */
  boolean keyForbids(int pkru, int pkrs, int access, long above, long rights, long leaf) {
    if (!hasKeys) {
      return false;
    }
    if (keyCheck == KeyCheck.AFTER_USER_CHECK
        && (access & Access.USER) != 0
        && (rights & EntryBits.U) == 0) {
      return false;
    }
    long known = keyCheck == KeyCheck.BEFORE_LEAF_RIGHTS ? above : rights;
    boolean userPage = (known & EntryBits.U) != 0;
    if ((access & Access.FETCH) != 0 || !(userPage ? role.pke() : role.pks())) {
      return false;
    }
    int register = userPage ? pkru : pkrs;
    int key = (int) ((leaf & EntryBits.KEY) >>> EntryBits.KEY_SHIFT);
    int bits = register >>> (2 * key);
    boolean accessDisabled = (bits & 1) != 0;
    boolean writeDisabled = (bits & 2) != 0;
    boolean write = (access & Access.WRITE) != 0;
    boolean heedsWriteDisable = role.wp() || (userPage && (access & Access.USER) != 0);
    return accessDisabled || (writeDisabled && write && heedsWriteDisable);
  }

  /** The bits of a page-fault error code that describe the access, whatever the cause. */
  int accessBits(int access) {
    int code = access & (PageFaultCode.WRITE | PageFaultCode.USER);
    return (access & Access.FETCH) != 0 && role.reportsFetch() ? code | PageFaultCode.FETCH : code;
  }
}
