package org.pagestamp.stage2;

/**
 * What may be on or off in an EPT walk: a bit of EPTP, controls, capabilities of the processor
 * (IA32_VMX_EPT_VPID_CAP), and choices on which processors and their models differ.
 *
 * <p>Sources: Intel SDM vol. 3, sections 24.6.11 (EPTP), 28.3.3, 28.3.6, and appendix A.10.
 */
public enum EptOption {
  /** EPTP bit 6: bits 8 and 9 of entries are accessed and dirty. */
  ACCESSED_DIRTY,
  /** Capability bit 0: fetches can be allowed without reads. */
  EXECUTE_ONLY,
  /** Capability bit 16: level 2 can map 2-MiB pages; bit 7 is reserved there otherwise. */
  TWO_MEG_PAGES,
  /** Capability bit 17: level 3 can map 1-GiB pages; bit 7 is reserved there otherwise. */
  ONE_GIG_PAGES,
  /**
   * Mode-based execute control: bit 10 of entries allows fetches from user-mode addresses, bit 2
   * from supervisor-mode ones.
   */
  MODE_BASED_EXECUTE,
  /**
   * Capability bit 22: bits 11:9 of an exit qualification tell the rights of the guest's own
   * tables. KVM leaves them 0 where it makes the exit itself.
   */
  ADVANCED_INFO,
  /**
   * Bits of a guest-physical address above those that the levels translate are ignored, as in KVM,
   * QEMU and Bochs. Otherwise such an address, which no level holds, is an EPT violation.
   */
  HIGH_GPA_IGNORED,
  /**
   * An entry that allows fetches from user-mode addresses and nothing else is legal though the
   * processor has no {@link #EXECUTE_ONLY}, as in KVM, whose table of combinations leaves bit 10
   * out.
   */
  USER_EXECUTE_UNCHECKED,
  /**
   * A control: a write that sets a dirty bit also stores the address of the page into the {@link
   * PageModificationLog}, and ends with {@link Stage2Fault#PML_FULL} if that is full. As in KVM, it
   * does so before the slot of the entry is asked, so that a bit that stays clear in a read-only
   * slot is logged all the same. Without {@link #ACCESSED_DIRTY} it has no effect.
   */
  PAGE_MODIFICATION_LOGGING,
  /**
   * A full log also ends a walk that sets accessed bits only, and before any bit is set, as on
   * processors. KVM asks at the dirty bit, when the levels above have their accessed bits.
   */
  PML_CHECKED_FOR_ANY_BIT,
  /** A full log ends every walk, even one that sets no bit, as in Bochs. */
  PML_ALWAYS_CHECKED
}
