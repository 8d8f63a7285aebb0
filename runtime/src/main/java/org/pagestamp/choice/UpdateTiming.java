package org.pagestamp.choice;

/** When a walk sets accessed and dirty bits. */
public enum UpdateTiming implements Choice {
  /** Once every check has passed, those of stage 2 included, from the root down: KVM. */
  LATE("update-late"),
  /**
   * A of an entry that points to a table as soon as it is known to be legal, before the next is
   * read; a walk that faults further down leaves it set. The bits of the leaf once its rights are
   * known to suffice, before stage 2 translates the page: QEMU.
   */
  EAGER("update-eager"),
  /** From the root down once the rights suffice, before stage 2 translates the page: Bochs. */
  BEFORE_STAGE2("update-before-stage2");

  private final String label;

  UpdateTiming(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }
}
