/**
 * A software TLB for emulators that have none: {@link org.pagestamp.tlb.SoftwareTlb} in front of an
 * {@link org.pagestamp.vcpu.Mmu}.
 */
package org.pagestamp.tlb;
