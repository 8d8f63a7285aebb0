package org.pagestamp.stage2;

/** How a stage-2 fault is reported to the one who runs the guest. */
public enum Stage2Fault {
  /** VM exit for an EPT violation (exit reason 48), with an exit qualification. */
  EPT_VIOLATION("EPT violation"),
  /** VM exit for an EPT misconfiguration (exit reason 49), without a qualification. */
  EPT_MISCONFIGURATION("EPT misconfiguration"),
  /** VM exit for a full page-modification log (exit reason 62): the access is not made. */
  PML_FULL("page-modification log full"),
  /** #VMEXIT(NPF) (exit code 400h), with EXITINFO1 and EXITINFO2. */
  NESTED_PAGE_FAULT("nested page fault");

  private final String text;

  Stage2Fault(String text) {
    this.text = text;
  }

  /** The fault in words. */
  @Override
  public String toString() {
    return text;
  }
}
