package org.pagestamp.vcpu;

import org.pagestamp.mode.ControlBits;

/**
 * What CPUID may announce and a control bit turns on; a CPU without a feature refuses its bit.
 *
 * <p>Source: Intel SDM vol. 3, section 4.1.4.
 */
public enum PagingFeature {
  /** 4-MiB pages in 2-level paging. */
  PSE(ControlBits.CR4_PSE),
  /** PAE paging. */
  PAE(ControlBits.CR4_PAE),
  /** Global pages. */
  PGE(ControlBits.CR4_PGE),
  /** Process-context identifiers. */
  PCID(ControlBits.CR4_PCIDE),
  /** Supervisor-mode execution prevention. */
  SMEP(ControlBits.CR4_SMEP),
  /** Supervisor-mode access prevention. */
  SMAP(ControlBits.CR4_SMAP),
  /** Protection keys of user pages. */
  PKU(ControlBits.CR4_PKE),
  /** Protection keys of supervisor pages. */
  PKS(ControlBits.CR4_PKS),
  /** 5-level paging. */
  LA57(ControlBits.CR4_LA57),
  /** Linear-address-space separation. */
  LASS(ControlBits.CR4_LASS),
  /** Linear-address masking; also bits 62:61 of CR3. */
  LAM(ControlBits.CR4_LAM_SUP),
  /** Execute-disable: EFER.NXE. */
  NX(0);

  private final long cr4Bit;

  PagingFeature(long cr4Bit) {
    this.cr4Bit = cr4Bit;
  }

  /** The feature's bit of CR4; 0 if it has none. */
  long cr4Bit() {
    return cr4Bit;
  }
}
