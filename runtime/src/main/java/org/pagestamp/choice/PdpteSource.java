package org.pagestamp.choice;

/** Where a walk in PAE paging has its PDPTE from. */
public enum PdpteSource implements Choice {
  /** Registers, which loads of CR3 fill and check. */
  REGISTERS("pdptes-in-registers"),
  /**
   * Memory, in each walk, which sets bit 5 of it and refuses bits 63:52 and those from MAXPHYADDR
   * up; loads of CR3 read nothing: QEMU.
   */
  MEMORY("pdptes-in-memory");

  private final String label;

  PdpteSource(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }
}
