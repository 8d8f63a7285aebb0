package org.pagestamp.nested;

/**
 * What KVM does otherwise than processors and emulators when it walks for the guests of its guests,
 * and tells otherwise. Off by default: {@link org.pagestamp.profile.Profile#KVM} has all of them.
 */
public enum NestedOption {
  /**
   * When accessed or dirty bits of the guest's tables are set, the frame that the guest knows is
   * marked dirty, if a slot with a log holds it, and not the one that stage 2 makes of it, whose
   * memory changes: KVM's {@code update_accessed_dirty_bits}, which keeps {@code table_gfn} from
   * before stage 2. Who copies memory by the log misses the change.
   */
  GUEST_FRAME_MARKED,
  /**
   * The address told of a stage-2 fault has bits 11:0 clear: KVM's {@code walk_addr_generic} and
   * {@code load_pdptrs} translate frames. Without paging there is no frame, and KVM's {@code
   * nonpaging_gva_to_gpa} tells the byte.
   */
  PAGE_ALIGNED_FAULTS
}
