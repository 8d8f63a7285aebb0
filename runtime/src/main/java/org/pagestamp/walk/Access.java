package org.pagestamp.walk;

/**
 * Kinds of access, as an {@code int} of bits: at most one of {@link #WRITE} and {@link #FETCH}, and
 * any of the others that go together.
 *
 * <p>WRITE, USER and FETCH stand where the page-fault error code has them (KVM's PFERR bits);
 * IMPLICIT and AC take the two places below 32 that an access leaves free, so that an access is a
 * number from 0 to 31.
 *
 * <p>Source: Intel SDM vol. 3, section 4.6.1: user-mode and supervisor-mode accesses are properties
 * of the access, not of the CPL alone.
 */
public final class Access {
  /** A supervisor data read. */
  public static final int READ = 0;

  /**
   * An implicit supervisor access: the processor's own, to a descriptor table or a TSS. EFLAGS.AC
   * does not free it from SMAP. Never together with {@link #USER}.
   */
  public static final int IMPLICIT = 1;

  /** A data write, read-modify-write included; otherwise the access is a read or a fetch. */
  public static final int WRITE = 1 << 1;

  /** A user access: explicit, at CPL 3. Otherwise the access is a supervisor's. */
  public static final int USER = 1 << 2;

  /** EFLAGS.AC is set: explicit supervisor data accesses pass SMAP. */
  public static final int AC = 1 << 3;

  /** An instruction fetch. */
  public static final int FETCH = 1 << 4;

  /** One more than the highest access. */
  public static final int LIMIT = 1 << 5;

  private Access() {}

  /** Whether {@code access} is a kind of access: see the class comment. */
  public static boolean isValid(int access) {
    return access >= 0
        && access < LIMIT
        && (access & (WRITE | FETCH)) != (WRITE | FETCH)
        && (access & (USER | IMPLICIT)) != (USER | IMPLICIT);
  }

  /**
   * Checks an access.
   *
   * @throws IllegalArgumentException if {@code access} is not valid
   */
  public static void check(int access) {
    if (!isValid(access)) {
      throw new IllegalArgumentException(
          "access 0x"
              + Integer.toHexString(access)
              + ": WRITE and FETCH, or USER and IMPLICIT, do not go together, and no bit above"
              + " FETCH exists");
    }
  }

  /** For example {@code user write} or {@code supervisor read ac}. */
  public static String toString(int access) {
    String who =
        (access & USER) != 0
            ? "user"
            : (access & IMPLICIT) != 0 ? "implicit supervisor" : "supervisor";
    String what = (access & FETCH) != 0 ? "fetch" : (access & WRITE) != 0 ? "write" : "read";
    return who + " " + what + ((access & AC) != 0 ? " ac" : "");
  }
}
