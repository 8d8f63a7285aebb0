/**
 * Tiny86, an example: an x86 interpreter of the few dozen instructions that its own boot ROM needs,
 * with Pagestamp as its memory-management unit.
 *
 * <p>Where an emulator's author should look: {@link org.pagestamp.example.tiny86.Board} makes the
 * slots and an Mmu for each CPU, {@code Memory} makes accesses and turns their faults into the
 * guest's, {@code SystemInstructions} writes registers, {@code Interrupts} and {@code Descriptors}
 * make the processor's own accesses.
 */
package org.pagestamp.example.tiny86;
