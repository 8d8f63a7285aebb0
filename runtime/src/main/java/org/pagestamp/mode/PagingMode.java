package org.pagestamp.mode;

import static org.pagestamp.mode.PagingLevel.table;

import java.util.List;

/**
 * The paging modes, one declarative table each.
 *
 * <p>Everything a walk must know of a mode's geometry is data here; nothing in this class walks.
 * The bits that must be zero are derived in {@link ReservedBits}.
 *
 * <p>Sources: Intel SDM vol. 3, section 4.1.1 (mode selection) and 4.3 to 4.5 (formats).
 */
public enum PagingMode {
  /** CR0.PG = 0: the linear address is the physical address. */
  NO_PAGING("none", 0, 32, 0, 0, List.of()),

  /** 32-bit paging: two levels of 4-byte entries, 4-MiB pages with CR4.PSE, PSE-36. */
  TWO_LEVEL(
      "2-level",
      4,
      32,
      EntryBits.FRAME_32,
      0,
      List.of(
          table(2, 22, 10).leaf(LeafRule.PS_IF_PSE).highFrame(19),
          table(1, 12, 10).leaf(LeafRule.ALWAYS))),

  /**
   * PAE paging: four PDPTEs held in registers, then two levels of 8-byte entries, 2-MiB pages.
   *
   * <p>Level 3 carries no rights and no accessed bit: U/S, R/W, XD and A start at level 2.
   */
  PAE(
      "pae",
      8,
      32,
      0xFFFF_FFE0L,
      62,
      List.of(
          table(3, 30, 2).reserved(0x1E6L, 0),
          table(2, 21, 9).leaf(LeafRule.PS),
          table(1, 12, 9).leaf(LeafRule.ALWAYS))),

  /** 4-level paging (IA-32e): 48-bit linear addresses, pages of 4 KiB, 2 MiB and 1 GiB. */
  FOUR_LEVEL("4-level", 8, 48, EntryBits.FRAME, 51, Tables.LONG_MODE.subList(1, 5)),

  /** 5-level paging (CR4.LA57): 57-bit linear addresses, pages of 4 KiB, 2 MiB and 1 GiB. */
  FIVE_LEVEL("5-level", 8, 57, EntryBits.FRAME, 51, Tables.LONG_MODE);

  private final String label;
  private final int entryBytes;
  private final int gvaBits;
  private final long rootMask;
  private final int topReservedBit;
  private final int bitsAboveGva;
  private final long gvaMask;

  @SuppressWarnings("ImmutableEnumChecker") // List.copyOf of records
  private final List<PagingLevel> levels;

  PagingMode(
      String label,
      int entryBytes,
      int gvaBits,
      long rootMask,
      int topReservedBit,
      List<PagingLevel> levels) {
    this.label = label;
    this.entryBytes = entryBytes;
    this.gvaBits = gvaBits;
    this.rootMask = rootMask;
    this.topReservedBit = topReservedBit;
    this.levels = List.copyOf(levels);
    bitsAboveGva = gvaBits == 32 ? 0 : 64 - gvaBits;
    gvaMask = gvaBits == 32 ? 0xFFFF_FFFFL : -1L;
  }

  /** Enum constants cannot share a static field of their own enum, hence this holder. */
  private static final class Tables {
    static final List<PagingLevel> LONG_MODE =
        List.of(
            table(5, 48, 9).reserved(EntryBits.PS, EntryBits.G),
            table(4, 39, 9).reserved(EntryBits.PS, EntryBits.G),
            table(3, 30, 9).leaf(LeafRule.PS_IF_ONE_GIG),
            table(2, 21, 9).leaf(LeafRule.PS),
            table(1, 12, 9).leaf(LeafRule.ALWAYS));
  }

  /**
   * The mode with this {@link #label()}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static PagingMode ofLabel(String label) {
    for (PagingMode mode : values()) {
      if (mode.label.equals(label)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "unknown paging mode '" + label + "': use none, 2-level, pae, 4-level or 5-level");
  }

  /** The mode's name in texts: none, 2-level, pae, 4-level, 5-level. */
  public String label() {
    return label;
  }

  /** All levels, the root's first; empty without paging. */
  public List<PagingLevel> levels() {
    return levels;
  }

  /**
   * The level with this number.
   *
   * @param number 1 up to {@link #topLevel()}
   */
  public PagingLevel level(int number) {
    return levels.get(levels.size() - number);
  }

  /** Number of the root's level; 0 without paging. */
  public int topLevel() {
    return levels.size();
  }

  /**
   * Number of the highest level whose entries are read from memory by a walk: {@link #topLevel()},
   * but 2 for PAE, whose PDPTEs are registers.
   */
  public int topLevelInMemory() {
    return this == PAE ? 2 : topLevel();
  }

  /** Bytes of an entry: 4 or 8, or 0 without paging. */
  public int entryBytes() {
    return entryBytes;
  }

  /** Width of a linear address in bits: 32, 48 or 57. */
  public int gvaBits() {
    return gvaBits;
  }

  /** Whether this is a mode of IA-32e operation (EFER.LMA = 1). */
  public boolean isLongMode() {
    return this == FOUR_LEVEL || this == FIVE_LEVEL;
  }

  /** The bits of CR3 that locate the root table. */
  public long rootMask() {
    return rootMask;
  }

  /** The bits of a non-leaf entry that locate the next table. */
  public long tableMask() {
    return entryBytes == 4 ? EntryBits.FRAME_32 : EntryBits.FRAME;
  }

  /**
   * The highest bit that MAXPHYADDR makes reserved when it lies above the physical-address width:
   * 51 in long mode, 62 in PAE; 0 if entries are too narrow for such bits.
   */
  public int topReservedBit() {
    return topReservedBit;
  }

  /**
   * Whether {@code gva} is canonical: in long mode all bits from the top address bit upwards are
   * equal. In 32-bit modes every address is, since a walk keeps its low 32 bits only.
   */
  public boolean isCanonical(long gva) {
    return (gva << bitsAboveGva) >> bitsAboveGva == gva;
  }

  /** The linear address as the walk uses it: 32-bit modes keep the low 32 bits. */
  public long truncate(long gva) {
    return gva & gvaMask;
  }
}
