package org.pagestamp.nested;

/**
 * What reading an entry of the guest's tables asks of stage 2.
 *
 * <p>Sources: Intel SDM vol. 3, section 28.3.3.2 and 28.3.5; AMD APM vol. 2, section 15.25.5; KVM's
 * {@code walk_addr_generic}.
 */
public enum TableAccess {
  /**
   * Read and write, whether a bit is to be set or not: EPT with accessed and dirty bits, NPT, and
   * KVM always.
   */
  WRITE,
  /**
   * A read; and once the walk has succeeded and accessed or dirty bits are to be set, a read and
   * write of each entry that changes, from the root down, each before it is written: EPT without
   * accessed and dirty bits, NPT with read-only guest page tables. The entries above one that is
   * refused keep the bits they got.
   */
  WRITE_TO_UPDATE,
  /** A read; bits are set without asking: Bochs, with EPT without accessed and dirty bits. */
  READ
}
