package org.pagestamp.choice;

/** What a walk finds where a table lies in no slot. */
public enum HoleContent implements Choice {
  /** A fault with a reason of its own, the guest seeing an entry that is not present: KVM. */
  NOTHING("holes-fault"),
  /** All ones, as a bus that nobody drives: processors, Bochs. */
  ALL_ONES("holes-read-ones"),
  /** Zero, an entry that is not present: QEMU. */
  ZERO("holes-read-zero");

  private final String label;

  HoleContent(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }
}
