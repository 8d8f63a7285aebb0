package org.pagestamp.conformance;

import java.util.Optional;
import org.pagestamp.mode.PagingMode;

/** The modes that vectors know, by the names they use. */
enum VectorMode {
  X86_32("x86-32", PagingMode.TWO_LEVEL),
  X86_PAE("x86-pae", PagingMode.PAE),
  X86_64("x86-64", PagingMode.FOUR_LEVEL),
  X86_64_LA57("x86-64-la57", PagingMode.FIVE_LEVEL),
  EPT4("ept4", null),
  EPT5("ept5", null),
  NESTED("nested-x86-64-ept4", null);

  private final String label;
  private final PagingMode pagingMode;

  VectorMode(String label, PagingMode pagingMode) {
    this.label = label;
    this.pagingMode = pagingMode;
  }

  /** The mode with this label, if there is one. */
  static Optional<VectorMode> ofLabel(String label) {
    for (VectorMode mode : values()) {
      if (mode.label.equals(label)) {
        return Optional.of(mode);
      }
    }
    return Optional.empty();
  }

  /** The label of a paging mode; there is none without paging. */
  static Optional<VectorMode> of(PagingMode pagingMode) {
    for (VectorMode mode : values()) {
      if (mode.pagingMode == pagingMode) {
        return Optional.of(mode);
      }
    }
    return Optional.empty();
  }

  /** Empty for modes that the library has no walker for yet. */
  Optional<PagingMode> pagingMode() {
    return Optional.ofNullable(pagingMode);
  }

  /** The name in vector files. */
  @Override
  public String toString() {
    return label;
  }
}
