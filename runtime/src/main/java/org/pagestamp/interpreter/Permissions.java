package org.pagestamp.interpreter;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.Rule;
import org.pagestamp.walk.VcpuState;

/**
 * The rights check at the leaf, on the rights of all levels combined.
 *
 * <p>Source: Intel SDM vol. 3, section 4.6.1; the order in which causes are named is for people
 * only, since one fault reports them all alike.
 */
final class Permissions {
  private Permissions() {}

  /**
   * The rule that forbids an access, or {@link Rule#ALLOWED}. Protection keys are not looked at.
   *
   * @param rights AND over all levels of W, U and inverted NX
   */
  static Rule check(Role role, int access, long rights) {
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
    if (role.smap() && !user && userPage && !overridesSmap(access)) {
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

  /** EFLAGS.AC frees explicit accesses from SMAP, never implicit ones. */
  private static boolean overridesSmap(int access) {
    return (access & Access.AC) != 0 && (access & Access.IMPLICIT) == 0;
  }

  /**
   * Whether the page's protection key forbids a data access (Intel SDM vol. 3, section 4.6.2). Each
   * of the 16 keys has two bits in PKRU or IA32_PKRS: access-disable and, above it, write-disable.
   */
  static boolean keyForbids(Role role, VcpuState vcpu, int access, long rights, long leaf) {
    boolean userPage = (rights & EntryBits.U) != 0;
    if ((access & Access.FETCH) != 0 || !(userPage ? role.pke() : role.pks())) {
      return false;
    }
    int register = userPage ? vcpu.pkru() : vcpu.pkrs();
    int key = (int) ((leaf & EntryBits.KEY) >>> EntryBits.KEY_SHIFT);
    int bits = register >>> (2 * key);
    boolean accessDisabled = (bits & 1) != 0;
    boolean writeDisabled = (bits & 2) != 0;
    boolean write = (access & Access.WRITE) != 0;
    boolean heedsWriteDisable = role.wp() || (userPage && (access & Access.USER) != 0);
    return accessDisabled || (writeDisabled && write && heedsWriteDisable);
  }

  /** The bits of a page-fault error code that describe the access, whatever the cause. */
  static int accessBits(Role role, int access) {
    int code = access & (PageFaultCode.WRITE | PageFaultCode.USER);
    return (access & Access.FETCH) != 0 && role.reportsFetch() ? code | PageFaultCode.FETCH : code;
  }
}
