/**
 * Guest-physical memory as KVM's memory slots: ranges of guest frames with flags and a backing, an
 * immutable layout of them, access to guest memory through the layout, and the dirty log.
 *
 * <p>Sources: {@code Documentation/virt/kvm/api.rst} (KVM_SET_USER_MEMORY_REGION,
 * KVM_GET_DIRTY_LOG); KVM's {@code virt/kvm/kvm_main.c} for the rules of reading and writing.
 */
package org.pagestamp.slot;
