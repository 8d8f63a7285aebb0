package org.pagestamp.slot;

/**
 * Where a guest page is: what KVM's {@code gfn_to_hva_prot} answers.
 *
 * @param slot the slot that holds the page
 * @param offset of the page in the slot's backing, in bytes from the slot's start
 * @param writable whether guest writes reach it, that is, whether the slot is not read-only
 */
public record HostPage(MemSlot slot, long offset, boolean writable) {}
