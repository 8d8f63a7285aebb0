package org.pagestamp.choice;

/** Whether EFLAGS.AC frees implicit supervisor accesses from SMAP, and from LASS with it. */
public enum ImplicitSmap implements Choice {
  /** Never: processors, KVM. */
  STRICT("smap-strict"),
  /**
   * Where they are made at CPL 0 to 2; at CPL 3 never: QEMU. An access does not carry the CPL, so
   * who makes one at CPL 0 to 2 leaves its IMPLICIT bit out; a walk takes one that has it to be
   * made at CPL 3.
   */
  AC_BELOW_CPL3("smap-ac-below-cpl3"),
  /** Always: Bochs. */
  AC("smap-ac");

  private final String label;

  ImplicitSmap(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }

  /** Whether an access that is implicit at this privilege heeds EFLAGS.AC, 0 to 3. */
  public boolean heedsAc(int cpl) {
    return this == AC || (this == AC_BELOW_CPL3 && cpl < 3);
  }
}
