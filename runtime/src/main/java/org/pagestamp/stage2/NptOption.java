package org.pagestamp.stage2;

/**
 * What may be on or off in an NPT walk, beside the host's paging mode.
 *
 * <p>Source: AMD APM vol. 2, section 15.25.
 */
public enum NptOption {
  /**
   * Guest-mode execute trap (VMCB nested control, bit 3): U/S blocks no data access; supervisor
   * fetches from user pages fault, fetches from supervisor pages do not.
   */
  GMET,
  /**
   * The nested PDPTEs of a host in PAE paging are followed without a look at their reserved bits,
   * as KVM's {@code nested_svm_get_tdp_pdptr} does.
   */
  PDPTES_UNCHECKED,
  /**
   * Bits of a guest-physical address above those that the levels translate are ignored, as in KVM,
   * QEMU and Bochs. Otherwise such an address, which no level holds, is not present.
   */
  HIGH_GPA_IGNORED,
  /**
   * A fault of a fetch says that it was one though the host has no NXE: on a processor whose host
   * has SMEP, and in Bochs always.
   */
  FETCH_REPORTED
}
