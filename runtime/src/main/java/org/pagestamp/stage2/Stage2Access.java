package org.pagestamp.stage2;

/**
 * Kinds of access to a guest-physical address, as an {@code int} of bits: one or more of {@link
 * #READ}, {@link #WRITE} and {@link #FETCH}, with {@link #USER} for fetches from user mode, and at
 * most one of {@link #TABLE} and {@link #FINAL}.
 *
 * <p>READ, WRITE and FETCH stand where an exit qualification has them.
 *
 * <p>Source: Intel SDM vol. 3, table 27-7; AMD APM vol. 2, section 15.25.6.
 */
public final class Stage2Access {
  /** A data read. */
  public static final int READ = 1;

  /** A data write. */
  public static final int WRITE = 1 << 1;

  /** An instruction fetch. */
  public static final int FETCH = 1 << 2;

  /** Of a fetch: from user mode, see {@link Stage2Format#modeOfPage}. */
  public static final int USER = 1 << 3;

  /** To an entry of the guest's own tables, in the course of translating a linear address. */
  public static final int TABLE = 1 << 4;

  /** To what a linear address translates to. */
  public static final int FINAL = 1 << 5;

  /** One more than the highest access. */
  public static final int LIMIT = 1 << 6;

  private Stage2Access() {}

  /** Whether {@code access} is a kind of access: see the class comment. */
  public static boolean isValid(int access) {
    return access >= 0
        && access < LIMIT
        && (access & (READ | WRITE | FETCH)) != 0
        && (access & (TABLE | FINAL)) != (TABLE | FINAL);
  }

  /**
   * Checks an access.
   *
   * @throws IllegalArgumentException if {@code access} is not valid
   */
  public static void check(int access) {
    if (!isValid(access)) {
      throw new IllegalArgumentException(
          "stage-2 access 0x"
              + Integer.toHexString(access)
              + ": one of READ, WRITE and FETCH is needed, TABLE and FINAL do not go together, and"
              + " no bit above FINAL exists");
    }
  }

  /** For example {@code read write table}. */
  public static String toString(int access) {
    StringBuilder text = new StringBuilder();
    String[] names = {"read", "write", "fetch", "user", "table", "final"};
    for (int bit = 0; bit < names.length; bit++) {
      if ((access & 1 << bit) != 0) {
        text.append(text.isEmpty() ? "" : " ").append(names[bit]);
      }
    }
    return text.toString();
  }
}
