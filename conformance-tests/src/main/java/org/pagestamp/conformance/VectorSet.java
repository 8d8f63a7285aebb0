package org.pagestamp.conformance;

import java.io.IOException;
import java.io.InputStream;

/** The vectors that are shipped with the library. */
public enum VectorSet {
  /** 2-level paging. */
  LEGACY("legacy"),
  /** PAE paging. */
  PAE("pae"),
  /** 4-level paging. */
  FOUR_LEVEL("64"),
  /** 5-level paging. */
  FIVE_LEVEL("la57"),
  /** All modes, over slot layouts: read-only tables, adjacent slots, holes, up to 64 slots. */
  ROM("rom"),
  /** EPT alone, four and five levels. */
  EPT("ept"),
  /** 4-level paging over 4-level EPT. */
  NESTED("nested"),
  /** Addresses that are not canonical. */
  NON_CANONICAL("noncanonical"),
  /** Where manuals, vendors and KVM disagree: each has accepted alternatives. */
  CONTESTED("contested");

  private final String label;

  VectorSet(String label) {
    this.label = label;
  }

  /** The name, for example {@code rom}. */
  public String label() {
    return label;
  }

  /**
   * Opens the set.
   *
   * @throws IOException if it cannot be read
   */
  public VectorReader open() throws IOException {
    String file = label + ".jsonl.gz";
    InputStream stream = VectorSet.class.getResourceAsStream("vectors/" + file);
    if (stream == null) {
      throw new IOException("the vectors " + file + " are missing from the library");
    }
    return VectorReader.of(file, stream);
  }
}
