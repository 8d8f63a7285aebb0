package org.pagestamp.walk;

/**
 * Bits of the page-fault error code (KVM's PFERR bits).
 *
 * <p>Source: Intel SDM vol. 3, section 4.7.
 */
public final class PageFaultCode {
  /** The fault is a violation of rights or reserved bits; clear if an entry was not present. */
  public static final int P = 1;

  /** The access was a write. */
  public static final int WRITE = 1 << 1;

  /** The access was a user access. */
  public static final int USER = 1 << 2;

  /** A reserved bit was set in a present entry. */
  public static final int RSVD = 1 << 3;

  /** The access was a fetch, and the role reports fetches. */
  public static final int FETCH = 1 << 4;

  /** A protection key forbade the access. */
  public static final int PK = 1 << 5;

  private PageFaultCode() {}

  /** For example {@code P|WRITE|USER}, or {@code 0}. */
  public static String toString(int code) {
    String[] names = {"P", "WRITE", "USER", "RSVD", "FETCH", "PK"};
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < names.length; bit++) {
      if ((code & 1 << bit) != 0) {
        text.append(text.isEmpty() ? "" : "|").append(names[bit]);
      }
    }
    return text.isEmpty() ? "0" : text.toString();
  }
}
