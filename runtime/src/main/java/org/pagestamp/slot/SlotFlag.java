package org.pagestamp.slot;

/** Flags of a memory slot, as in KVM's {@code struct kvm_userspace_memory_region}. */
public enum SlotFlag {
  /** KVM_MEM_LOG_DIRTY_PAGES: pages written to are recorded in the slot's {@link DirtyLog}. */
  LOG_DIRTY_PAGES,
  /** KVM_MEM_READONLY: the guest reads the memory; its writes do not reach it. */
  READONLY
}
