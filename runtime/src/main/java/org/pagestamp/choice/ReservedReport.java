package org.pagestamp.choice;

/** What the error code of a page fault for a reserved bit tells beside RSVD. */
public enum ReservedReport implements Choice {
  /** P: the entry is present. */
  WITH_P("reserved-with-p"),
  /** P is clear: QEMU. */
  WITHOUT_P("reserved-without-p");

  private final String label;

  ReservedReport(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }
}
