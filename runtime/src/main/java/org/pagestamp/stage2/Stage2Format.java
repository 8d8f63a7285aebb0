package org.pagestamp.stage2;

import java.util.List;

/**
 * A stage-2 format as a role makes it: everything a walk must know, as data. EPT and the formats of
 * NPT differ in nothing else, but for how a fault is reported.
 *
 * <p>A walk reads an entry at each level and asks, in this order: is it present ({@link #present}),
 * has it reserved bits ({@link Stage2Level#reserved}), is it an illegal combination ({@link
 * #isIllegal}), does it map a page ({@link Stage2Level#isLeaf}). At the leaf it asks for the rights
 * of all levels combined. KVM's template does the same ({@code walk_addr_generic}).
 *
 * @param ept whether faults are EPT violations and misconfigurations; otherwise they are #NPF
 * @param entryBytes bytes of an entry, 4 or 8
 * @param gpaBits width of the guest-physical addresses that the levels translate
 * @param highGpaIgnored whether higher bits of such an address are ignored, not refused
 * @param rootMask the bits of EPTP or nCR3 that locate the root table
 * @param tableMask the bits of a non-leaf entry that locate the next table
 * @param present an entry that has none of these bits is not present
 * @param inverted bits that forbid where they are set, and are combined inverted: NX
 * @param userExecute bit 10 of EPT entries under mode-based execute control, or 0
 * @param illegalRights bit n is set if the combination n of R, W, X and {@code userExecute}, as a
 *     number of four bits, is illegal in a present entry
 * @param illegalTypes bit n is set if n is no memory type for bits 5:3 of a leaf
 * @param readable when data may be read
 * @param writable when data may be written
 * @param executable when fetches from supervisor mode are allowed
 * @param userExecutable when fetches from user mode are allowed
 * @param modeOfPage whether the mode of a fetch is that of the linear address, user if U/S is set
 *     at every level of the guest's tables, as mode-based execute control has it; otherwise it is
 *     that of the access, as GMET has it
 * @param reportsFetch whether a fault of a fetch says that it was one
 * @param advancedInfo whether bits 11:9 of an exit qualification are given
 * @param pmlRule when a walk needs an entry of the page-modification log
 * @param levels all levels, the root's first
 */
public record Stage2Format(
    boolean ept,
    int entryBytes,
    int gpaBits,
    boolean highGpaIgnored,
    long rootMask,
    long tableMask,
    long present,
    long inverted,
    long userExecute,
    int illegalRights,
    int illegalTypes,
    RightRule readable,
    RightRule writable,
    RightRule executable,
    RightRule userExecutable,
    boolean modeOfPage,
    boolean reportsFetch,
    boolean advancedInfo,
    PmlRule pmlRule,
    List<Stage2Level> levels) {
  private static final int READ_WRITE_EXECUTE = 7;
  private static final int USER_EXECUTE_PLACE = 3;

  /** Makes the list immutable. */
  public Stage2Format {
    levels = List.copyOf(levels);
  }

  /** Number of the root's level. */
  public int topLevel() {
    return levels.size();
  }

  /**
   * The level with this number.
   *
   * @param number 1 up to {@link #topLevel()}
   */
  public Stage2Level level(int number) {
    return levels.get(levels.size() - number);
  }

  /** Whether the levels translate {@code gpa}: bits above them are zero, or are ignored. */
  public boolean holds(long gpa) {
    return highGpaIgnored || gpa >>> gpaBits == 0;
  }

  /**
   * Whether a present entry is misconfigured by its combination of rights or its memory type (Intel
   * SDM vol. 3, section 28.3.3.1; KVM's {@code bad_mt_xwr}, which does not look at bit 10).
   */
  public boolean isIllegal(long entry, boolean leaf) {
    int rights = (int) entry & READ_WRITE_EXECUTE;
    rights |= (entry & userExecute) != 0 ? 1 << USER_EXECUTE_PLACE : 0;
    int type = (int) (entry >>> EptBits.TYPE_SHIFT) & 7;
    return (illegalRights >>> rights & 1) != 0 || (leaf && (illegalTypes >>> type & 1) != 0);
  }
}
