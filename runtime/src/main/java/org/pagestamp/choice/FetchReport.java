package org.pagestamp.choice;

/**
 * Whether EFER.NXE makes the error code of a fetch have the I/D bit in 2-level paging; elsewhere it
 * always does, as CR4.SMEP does everywhere.
 */
public enum FetchReport implements Choice {
  /** Not without CR4.PAE: Intel SDM vol. 3, section 4.7. */
  NEEDS_PAE("fetch-reported-with-pae"),
  /** It does: KVM, whose role asks for NX or SMEP. */
  NXE_SUFFICES("fetch-reported-with-nxe");

  private final String label;

  FetchReport(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }
}
