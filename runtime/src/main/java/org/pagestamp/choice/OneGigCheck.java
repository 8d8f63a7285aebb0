package org.pagestamp.choice;

/** Whether 1-GiB pages need the processor to have them. */
public enum OneGigCheck implements Choice {
  /** Bit 7 of a PDPTE is reserved where CPUID does not tell of 1-GiB pages. */
  BY_CPUID("1g-by-cpuid"),
  /** A PDPTE with bit 7 always maps a page: QEMU. */
  ALWAYS("1g-always");

  private final String label;

  OneGigCheck(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }
}
