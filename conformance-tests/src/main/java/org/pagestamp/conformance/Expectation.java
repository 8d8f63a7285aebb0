package org.pagestamp.conformance;

import java.util.Locale;
import org.pagestamp.walk.PageFaultCode;

/** What becomes of a vector's access. */
public sealed interface Expectation {
  /**
   * A translation.
   *
   * @param gpa of the byte accessed
   * @param pageSize in bytes
   * @param writable AND of R/W over all levels
   * @param user AND of U/S over all levels
   * @param executable NX at no level
   * @param global G of the leaf, where CR4.PGE is set
   * @param dirty D of the leaf after the walk
   */
  record Translation(
      long gpa,
      long pageSize,
      boolean writable,
      boolean user,
      boolean executable,
      boolean global,
      boolean dirty)
      implements Expectation {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "gpa 0x%x, page of 0x%x bytes, %s, %s, %s, %s, %s",
          gpa,
          pageSize,
          writable ? "writable" : "not writable",
          user ? "user" : "supervisor",
          executable ? "executable" : "not executable",
          global ? "global" : "not global",
          dirty ? "dirty" : "clean");
    }
  }

  /**
   * A #PF.
   *
   * @param errorCode see {@link PageFaultCode}
   */
  record PageFault(int errorCode) implements Expectation {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "page fault with error code 0x%x (%s)",
          errorCode,
          PageFaultCode.toString(errorCode));
    }
  }

  /** #GP or #SS, since the address is not canonical. */
  record NonCanonical() implements Expectation {
    @Override
    public String toString() {
      return "fault for a non-canonical address";
    }
  }

  /** The load of CR3 is refused, so that no walk takes place. */
  record Cr3Refused() implements Expectation {
    @Override
    public String toString() {
      return "refused load of CR3";
    }
  }
}
