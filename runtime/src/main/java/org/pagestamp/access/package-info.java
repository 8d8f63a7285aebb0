/**
 * Accesses of a guest to its memory and devices: by guest-virtual address through a translation,
 * and by guest-physical address.
 *
 * <p>Depends on {@code vcpu}, {@code walk} and {@code slot}. Sources: KVM's {@code
 * emulator_read_write} and {@code emulator_cmpxchg_emulated} for what crosses a page, is MMIO or
 * locked; {@code virt/kvm/kvm_main.c} for slots.
 */
package org.pagestamp.access;
