package org.pagestamp.conformance.rules;

import org.pagestamp.mode.PagingMode;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;

/**
 * The rules of a stage 2 as the manuals' tables state them: of EPT, Intel SDM vol. 3, section
 * 28.3.2 and 28.3.3; of NPT, AMD APM vol. 2, section 15.25, whose entries are those of the host's
 * paging.
 */
public final class Stage2Rules {
  /** A right to read data, of {@link #rights}. */
  public static final int READ = 1;

  /** A right to write data. */
  public static final int WRITE = 2;

  /** A right to fetch from supervisor mode. */
  public static final int FETCH = 4;

  /** A right to fetch from user mode. */
  public static final int USER_FETCH = 8;

  private static final long EPT_R = 1;
  private static final long EPT_W = 2;
  private static final long EPT_X = 4;
  private static final long EPT_XU = 1L << 10;
  private static final long EPT_A = 1L << 8;
  private static final long EPT_D = 1L << 9;
  private static final long BIT_7 = 1L << 7;
  private static final int IGNORE_PAT = 6;

  private final boolean ept;
  private final PagingRules host;
  private final int levels;
  private final int gpaBits;
  private final boolean highGpaIgnored;
  private final boolean dirtyBits;
  private final boolean executeOnly;
  private final boolean userExecuteUnchecked;
  private final boolean fetchReported;
  private final boolean modeBased;
  private final boolean twoMeg;
  private final boolean oneGig;
  private final boolean advancedInfo;
  private final int maxPhyAddr;
  private final boolean gmet;
  private final boolean pdptesUnchecked;
  private final boolean logging;
  private final boolean logForAnyBit;
  private final boolean logAlways;

  /** The rules of a role. */
  public Stage2Rules(Stage2Role role) {
    switch (role) {
      case EptRole at -> {
        ept = true;
        host = null;
        levels = at.mode() == EptMode.EPT4 ? 4 : 5;
        gpaBits = at.mode() == EptMode.EPT4 ? 48 : 57;
        highGpaIgnored = at.options().contains(EptOption.HIGH_GPA_IGNORED);
        dirtyBits = at.options().contains(EptOption.ACCESSED_DIRTY);
        executeOnly = at.options().contains(EptOption.EXECUTE_ONLY);
        userExecuteUnchecked = at.options().contains(EptOption.USER_EXECUTE_UNCHECKED);
        fetchReported = false;
        modeBased = at.options().contains(EptOption.MODE_BASED_EXECUTE);
        twoMeg = at.options().contains(EptOption.TWO_MEG_PAGES);
        oneGig = at.options().contains(EptOption.ONE_GIG_PAGES);
        advancedInfo = at.options().contains(EptOption.ADVANCED_INFO);
        maxPhyAddr = at.maxPhyAddr();
        gmet = false;
        pdptesUnchecked = false;
        logging = dirtyBits && at.options().contains(EptOption.PAGE_MODIFICATION_LOGGING);
        logForAnyBit = at.options().contains(EptOption.PML_CHECKED_FOR_ANY_BIT);
        logAlways = at.options().contains(EptOption.PML_ALWAYS_CHECKED);
      }
      case NptRole at -> {
        ept = false;
        host = new PagingRules(at.host());
        levels = PagingRules.levels(host.mode);
        gpaBits =
            switch (host.mode) {
              case FIVE_LEVEL -> 57;
              case FOUR_LEVEL -> 48;
              default -> 32;
            };
        highGpaIgnored = at.options().contains(NptOption.HIGH_GPA_IGNORED);
        dirtyBits = true;
        executeOnly = false;
        userExecuteUnchecked = false;
        fetchReported = at.options().contains(NptOption.FETCH_REPORTED);
        modeBased = false;
        twoMeg = host.hasLargePages(2);
        oneGig = host.hasLargePages(3);
        advancedInfo = false;
        maxPhyAddr = host.maxPhyAddr;
        gmet = at.options().contains(NptOption.GMET);
        pdptesUnchecked = at.options().contains(NptOption.PDPTES_UNCHECKED);
        logging = false;
        logForAnyBit = false;
        logAlways = false;
      }
    }
  }

  /** EPT; otherwise NPT. */
  public boolean isEpt() {
    return ept;
  }

  /** Number of the root's level. */
  public int levels() {
    return levels;
  }

  /** Bytes of an entry. */
  public int entryBytes() {
    return ept ? 8 : PagingRules.entryBytes(host.mode);
  }

  /** The width in bits of the addresses that the levels translate. */
  public int gpaBits() {
    return gpaBits;
  }

  /** Whether bits 11:9 of an exit qualification tell of the guest's tables. */
  public boolean hasAdvancedInfo() {
    return advancedInfo;
  }

  /** Whether bit 10 of EPT entries is the right to fetch from user mode. */
  public boolean isModeBased() {
    return modeBased;
  }

  /** Whether a leaf of a level above 1 can map a page. */
  public boolean hasLargePages(int level) {
    return (level == 2 && twoMeg) || (level == 3 && oneGig);
  }

  /** Whether an address has bits that no level translates. */
  public boolean isTooWide(long gpa) {
    return !highGpaIgnored && (gpa & ~PagingRules.bits(gpaBits - 1, 0)) != 0;
  }

  /** The lowest bit of an address that indexes a level. */
  public int shift(int level) {
    return ept ? 12 + 9 * (level - 1) : PagingRules.shift(host.mode, level);
  }

  /** The index of an address in a level's table. */
  public int index(int level, long gpa) {
    return ept ? (int) (gpa >>> shift(level)) & 511 : PagingRules.index(host.mode, level, gpa);
  }

  /** Where EPTP or nCR3 has the root table. */
  public long rootTable(long root) {
    if (ept || PagingRules.isLong(host.mode)) {
      return root & PagingRules.FRAME;
    }
    return root & (host.mode == PagingMode.PAE ? 0xFFFF_FFE0L : 0xFFFF_F000L);
  }

  /** Where an entry has the next table. */
  public long nextTable(long entry) {
    return entry & PagingRules.FRAME;
  }

  /** Whether an entry is present. */
  public boolean isPresent(long entry) {
    long bits = ept ? EPT_R | EPT_W | EPT_X | (modeBased ? EPT_XU : 0) : PagingRules.P;
    return (entry & bits) != 0;
  }

  /** Whether a present entry has reserved bits, or is misconfigured in another way. */
  public boolean isWrong(int level, long entry) {
    return ept
        ? (entry & eptReserved(level, entry)) != 0
            || hasIllegalRights(entry)
            || (isLeaf(level, entry) && isIllegalType(memoryType(level, entry)))
        : !(isPdpte(level) && pdptesUnchecked) && (entry & host.reserved(level, entry)) != 0;
  }

  /** Tables 28-1 to 28-6 of the manual. */
  private long eptReserved(int level, long entry) {
    long high = PagingRules.bits(51, maxPhyAddr);
    if (level > 3) {
      return high | PagingRules.bits(7, 3);
    }
    if (level == 1) {
      return high;
    }
    if ((entry & BIT_7) == 0) {
      return high | PagingRules.bits(6, 3);
    }
    return high | PagingRules.bits(shift(level) - 1, 12) | (hasLargePages(level) ? 0 : BIT_7);
  }

  private boolean hasIllegalRights(long entry) {
    boolean read = (entry & EPT_R) != 0;
    boolean userExecuteCounts = modeBased && !userExecuteUnchecked;
    boolean execute = (entry & EPT_X) != 0 || (userExecuteCounts && (entry & EPT_XU) != 0);
    return !read && ((entry & EPT_W) != 0 || (execute && !executeOnly));
  }

  private static boolean isIllegalType(int type) {
    return type == 2 || type == 3 || type == 7;
  }

  /** Whether a present entry that is not wrong maps a page. */
  public boolean isLeaf(int level, long entry) {
    return ept
        ? level == 1 || (hasLargePages(level) && (entry & BIT_7) != 0)
        : host.isLeaf(level, entry);
  }

  private boolean isPdpte(int level) {
    return !ept && host.mode == PagingMode.PAE && level == 3;
  }

  /**
   * What an entry leaves of the bits that all levels have had so far. A PDPTE of PAE paging has
   * neither rights nor NX.
   *
   * @param bits of the levels above, with NX inverted; -1 at the root
   */
  public long and(long bits, int level, long entry) {
    return isPdpte(level) ? bits : bits & (ept ? entry : entry ^ PagingRules.NX);
  }

  /**
   * The rights that the bits of all levels give: {@link #READ}, {@link #WRITE}, {@link #FETCH},
   * {@link #USER_FETCH}.
   */
  public int rights(long bits) {
    if (ept) {
      int execute = (bits & EPT_X) != 0 ? modeBased ? FETCH : FETCH | USER_FETCH : 0;
      return ((bits & EPT_R) != 0 ? READ : 0)
          | ((bits & EPT_W) != 0 ? WRITE : 0)
          | execute
          | (modeBased && (bits & EPT_XU) != 0 ? USER_FETCH : 0);
    }
    boolean user = (bits & PagingRules.U) != 0;
    boolean nx = (bits & PagingRules.NX) == 0;
    boolean write = (bits & PagingRules.W) != 0;
    if (gmet) {
      return READ | (write ? WRITE : 0) | (nx ? 0 : USER_FETCH) | (nx || user ? 0 : FETCH);
    }
    return user ? READ | (write ? WRITE : 0) | (nx ? 0 : FETCH | USER_FETCH) : 0;
  }

  /** Bits 6:3 of an exit qualification: what the entries used allow. */
  public int qualificationRights(long bits) {
    return (int) (bits & 7) << 3 | (modeBased && (bits & EPT_XU) != 0 ? 1 << 6 : 0);
  }

  /** Whether a nested page fault of a fetch says so. */
  public boolean reportsFetch() {
    return host.nxe || gmet || fetchReported;
  }

  /** Where the page of 4 KiB is that holds an address. */
  public long page(int level, long leaf, long gpa) {
    long inPage = PagingRules.bits(shift(level) - 1, 0);
    long page = ((leaf & ~inPage) | (gpa & inPage)) & PagingRules.FRAME;
    boolean fourMeg = entryBytes() == 4 && level == 2;
    return fourMeg ? page | (leaf >>> 13 & 0xF) << 32 : page;
  }

  /** An entry's accessed bit; 0 if it has none. */
  public long accessed(int level) {
    return !dirtyBits || isPdpte(level) ? 0 : ept ? EPT_A : PagingRules.A;
  }

  /** A leaf's dirty bit; 0 if it has none. */
  public long dirty(int level) {
    return !dirtyBits || isPdpte(level) ? 0 : ept ? EPT_D : PagingRules.D;
  }

  /** Whether pages that become dirty are logged. */
  public boolean isLogging() {
    return logging;
  }

  /**
   * Whether a full log lets a walk end before it sets a bit.
   *
   * @param due whether it would set one
   */
  public boolean needsLogFirst(boolean due) {
    return logging && (logAlways || (logForAnyBit && due));
  }

  /** EPT's memory type of a leaf; in NPT its index into the PAT. */
  public int memoryType(int level, long leaf) {
    if (ept) {
      return (int) (leaf >>> 3) & 7;
    }
    int pat = level == 1 ? 7 : 12;
    return (int) ((leaf >>> 3 & 3) | (leaf >>> pat & 1) << 2);
  }

  /** Whether a leaf of EPT stands for its memory type alone. */
  public boolean ignoresPat(long leaf) {
    return ept && (leaf >>> IGNORE_PAT & 1) != 0;
  }
}
