package org.pagestamp.choice;

/**
 * What becomes of accessed and dirty bits of an entry in a read-only slot. Reading it is always
 * possible, but for {@link #FAULT_ALWAYS}.
 */
public enum ReadOnlyTables implements Choice {
  /** The entry keeps its bits; the other levels get theirs, and the access succeeds: KVM. */
  SKIP("read-only-skip"),
  /**
   * Every entry that is read there is a fault, whether bits are to be set or not: NPT, and EPT with
   * accessed and dirty bits, where the host maps the slot without the right to write.
   */
  FAULT_ALWAYS("read-only-fault"),
  /**
   * A fault where a bit is to be set, after all other checks; entries above have got theirs: EPT
   * without accessed and dirty bits, NPT with read-only guest page tables.
   */
  FAULT_IF_NEEDED("read-only-fault-if-needed"),
  /**
   * The walk stores, and memory drops it. The entry keeps its bits, but the walk does not know: its
   * result tells that they are set. QEMU, Bochs.
   */
  DISCARD("read-only-discard"),
  /** No walk sets bits, in no slot: debuggers. */
  NONE("no-updates");

  private final String label;

  ReadOnlyTables(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }
}
