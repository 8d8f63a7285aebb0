package org.pagestamp.slot;

/** How a walk writes accessed and dirty bits into page-table entries. */
public enum UpdateMode {
  /**
   * By compare-and-set of the whole entry, as processors and KVM do: several virtual CPUs may walk
   * and write the same tables. Every writable slot's backing must be able to do it.
   */
  ATOMIC,
  /**
   * By a read, a compare and a plain write. Right only while no other thread writes guest memory;
   * every backing can do it, {@code byte[]} included.
   */
  SINGLE_VCPU
}
