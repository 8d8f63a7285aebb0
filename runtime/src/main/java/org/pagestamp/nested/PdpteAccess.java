package org.pagestamp.nested;

/**
 * How the PDPTEs of a guest in PAE paging are read through stage 2.
 *
 * <p>Sources: Intel SDM vol. 3, section 28.3.3.2 and 28.3.5; AMD APM vol. 2, section 15.25.10;
 * KVM's {@code load_pdptrs}.
 */
public enum PdpteAccess {
  /** When CR3 is loaded, as a table is: read and write. KVM. */
  LOADED_AS_TABLE,
  /** When CR3 is loaded, by a read that belongs to no linear address. EPT on processors. */
  LOADED_BY_READ,
  /**
   * In each walk, as the entry of a table, whose reserved bits are a #PF then; loads of CR3 read
   * nothing. NPT on processors.
   */
  IN_WALK
}
