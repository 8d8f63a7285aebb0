package org.pagestamp.stage2;

import java.util.List;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;

/**
 * The EPT formats, one declarative table each: the counterpart of {@link
 * org.pagestamp.mode.PagingMode}, whose record of a level they share.
 *
 * <p>Source: Intel SDM vol. 3, section 28.3.2.
 */
public enum EptMode {
  /** Four levels: 48 bits of guest-physical address. */
  EPT4("ept4", 48, Tables.LEVELS.subList(1, 5)),

  /** Five levels: 57 bits of guest-physical address. */
  EPT5("ept5", 57, Tables.LEVELS);

  private final String label;
  private final int gpaBits;

  @SuppressWarnings("ImmutableEnumChecker") // List.copyOf of records
  private final List<PagingLevel> levels;

  EptMode(String label, int gpaBits, List<PagingLevel> levels) {
    this.label = label;
    this.gpaBits = gpaBits;
    this.levels = List.copyOf(levels);
  }

  /** Enum constants cannot share a static field of their own enum, hence this holder. */
  private static final class Tables {
    private static final int INDEX_BITS = 9;
    private static final long BITS_7_3 = 0xF8;

    static final List<PagingLevel> LEVELS =
        List.of(
            level(5, 48, LeafRule.NEVER, BITS_7_3),
            level(4, 39, LeafRule.NEVER, BITS_7_3),
            level(3, 30, LeafRule.PS_IF_ONE_GIG, 0),
            level(2, 21, LeafRule.PS, 0),
            level(1, 12, LeafRule.ALWAYS, 0));

    static PagingLevel level(int number, int shift, LeafRule leafRule, long reserved) {
      return new PagingLevel(number, shift, INDEX_BITS, leafRule, reserved, 0, 0);
    }
  }

  /** The format's name in texts: ept4, ept5. */
  public String label() {
    return label;
  }

  /** Width in bits of the guest-physical addresses that the levels translate: 48 or 57. */
  public int gpaBits() {
    return gpaBits;
  }

  /** All levels, the root's first. */
  public List<PagingLevel> levels() {
    return levels;
  }
}
