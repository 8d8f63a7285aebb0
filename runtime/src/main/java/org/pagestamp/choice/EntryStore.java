package org.pagestamp.choice;

/** How accessed and dirty bits are stored into an entry. */
public enum EntryStore implements Choice {
  /** Compare-and-set of the whole entry: processors, KVM. */
  COMPARE_ALL("store-compares-all"),
  /**
   * Compare-and-set of bits 31:0, whatever has become of the upper half: QEMU. The same as {@link
   * #COMPARE_ALL} where entries have 4 bytes.
   */
  COMPARE_LOW_HALF("store-compares-low-half"),
  /** A plain store, which no change of the entry since it was read holds back: Bochs. */
  PLAIN("store-plain");

  private final String label;

  EntryStore(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }
}
