package org.pagestamp.conformance.rules;

import org.pagestamp.mode.Control;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/**
 * The paging rules of a role as the manuals' tables state them: Intel SDM vol. 3, sections 4.3 to
 * 4.7; AMD APM vol. 2, section 5.3. Written for the case groups, from those tables alone; shares
 * nothing with the walkers on trial or with their tables.
 */
public final class PagingRules {
  public static final long P = 1;
  public static final long W = 1L << 1;
  public static final long U = 1L << 2;
  public static final long PWT = 1L << 3;
  public static final long PCD = 1L << 4;
  public static final long A = 1L << 5;
  public static final long D = 1L << 6;
  public static final long PS = 1L << 7;
  public static final long G = 1L << 8;
  public static final long NX = 1L << 63;
  public static final int KEY_SHIFT = 59;

  /** Bits 51:12. */
  public static final long FRAME = 0x000F_FFFF_FFFF_F000L;

  public final PagingMode mode;
  public final boolean wp;
  public final boolean nxe;
  public final boolean pse;
  public final boolean smep;
  public final boolean smap;
  public final boolean pke;
  public final boolean pks;
  public final int maxPhyAddr;
  public final boolean oneGigPages;
  public final boolean amd;
  private final long[][] reserved = new long[6][2];

  /** The rules of a role. */
  public PagingRules(Role role) {
    mode = role.mode();
    wp = role.controls().contains(Control.WP);
    nxe = role.controls().contains(Control.NXE);
    pse = role.controls().contains(Control.PSE);
    smep = role.controls().contains(Control.SMEP);
    smap = role.controls().contains(Control.SMAP);
    pke = role.controls().contains(Control.PKE);
    pks = role.controls().contains(Control.PKS);
    maxPhyAddr = role.maxPhyAddr();
    oneGigPages = role.oneGigPages();
    amd = role.amd();
    for (int level = 1; level <= levels(mode); level++) {
      reserved[level][0] = reservedBits(level, false);
      reserved[level][1] = reservedBits(level, true);
    }
  }

  /** Number of the root's level; 0 without paging. */
  public static int levels(PagingMode mode) {
    return switch (mode) {
      case NO_PAGING -> 0;
      case TWO_LEVEL -> 2;
      case PAE -> 3;
      case FOUR_LEVEL -> 4;
      case FIVE_LEVEL -> 5;
    };
  }

  /** The highest level whose entries a walk reads from memory; PDPTEs of PAE are registers. */
  public static int levelsInMemory(PagingMode mode) {
    return mode == PagingMode.PAE ? 2 : levels(mode);
  }

  public static boolean isLong(PagingMode mode) {
    return mode == PagingMode.FOUR_LEVEL || mode == PagingMode.FIVE_LEVEL;
  }

  public static int entryBytes(PagingMode mode) {
    return mode == PagingMode.TWO_LEVEL ? 4 : 8;
  }

  /** The lowest bit of the address that indexes a level: 12, 21, 30... or 12, 22. */
  public static int shift(PagingMode mode, int level) {
    return 12 + (mode == PagingMode.TWO_LEVEL ? 10 : 9) * (level - 1);
  }

  public static int index(PagingMode mode, int level, long gva) {
    int entries = mode == PagingMode.TWO_LEVEL ? 1024 : 512;
    if (mode == PagingMode.PAE && level == 3) {
      entries = 4;
    }
    return (int) (gva >>> shift(mode, level)) & (entries - 1);
  }

  /** The sizes of large pages: where bit 7 of an entry makes it a leaf. */
  public boolean hasLargePages(int level) {
    return switch (level) {
      case 2 -> mode != PagingMode.TWO_LEVEL || pse;
      case 3 -> isLong(mode) && oneGigPages;
      default -> false;
    };
  }

  public boolean isLeaf(int level, long entry) {
    return level == 1 || ((entry & PS) != 0 && hasLargePages(level));
  }

  /** The bits that must be zero in {@code entry}, which is present. */
  public long reserved(int level, long entry) {
    return reserved[level][(entry & PS) != 0 ? 1 : 0];
  }

  private long reservedBits(int level, boolean bit7) {
    long nx = nxe ? 0 : NX;
    return switch (mode) {
      case NO_PAGING -> 0;
      case TWO_LEVEL -> level == 2 && bit7 && pse ? bits(21, 17) : 0;
      case PAE ->
          switch (level) {
            case 3 -> bits(63, maxPhyAddr) | bits(8, 5) | bits(2, 1);
            case 2 -> bits(62, maxPhyAddr) | nx | (bit7 ? bits(20, 13) : 0);
            default -> bits(62, maxPhyAddr) | nx;
          };
      case FOUR_LEVEL, FIVE_LEVEL -> {
        long high = bits(51, maxPhyAddr) | nx;
        yield switch (level) {
          case 5, 4 -> high | PS | (amd ? 1L << 8 : 0);
          case 3 -> bit7 ? high | bits(29, 13) | (oneGigPages ? 0 : PS) : high;
          case 2 -> bit7 ? high | bits(20, 13) : high;
          default -> high;
        };
      }
    };
  }

  /** Bits {@code high:low}; none if {@code high < low}. */
  public static long bits(int high, int low) {
    long bits = 0;
    for (int bit = low; bit <= high; bit++) {
      bits |= 1L << bit;
    }
    return bits;
  }

  /** Whether the rights of all levels together forbid an access. */
  public boolean rightsForbid(int access, boolean w, boolean u, boolean nx) {
    boolean user = (access & Access.USER) != 0;
    boolean write = (access & Access.WRITE) != 0;
    boolean fetch = (access & Access.FETCH) != 0;
    boolean acFrees = (access & Access.AC) != 0 && (access & Access.IMPLICIT) == 0;
    return (user && !u)
        || (write && !w && (user || wp))
        || (fetch && nx && nxe)
        || (fetch && smep && !user && u)
        || (!fetch && smap && !user && u && !acFrees);
  }

  /**
   * Whether the leaf's protection key forbids an access. In user pages WD binds user writes always
   * and supervisor writes if CR0.WP is set; in supervisor pages it binds only if CR0.WP is set.
   *
   * @param u whether it is a user page, to which PKRU applies; PKRS applies to others
   */
  public boolean keyForbids(int access, boolean u, int key, int pkru, int pkrs) {
    if ((access & Access.FETCH) != 0 || !(u ? pke : pks)) {
      return false;
    }
    int rights = (u ? pkru : pkrs) >>> (2 * key);
    boolean accessDisable = (rights & 1) != 0;
    boolean writeDisable = (rights & 2) != 0;
    boolean write = (access & Access.WRITE) != 0;
    boolean userOfUserPage = u && (access & Access.USER) != 0;
    return accessDisable || (writeDisable && write && (userOfUserPage || wp));
  }

  /** W/R, U/S and I/D of an error code, which tell of the access whatever the cause. */
  public int codeOf(int access) {
    int code = (access & Access.WRITE) != 0 ? 2 : 0;
    code |= (access & Access.USER) != 0 ? 4 : 0;
    code |= (access & Access.FETCH) != 0 && (smep || nxe) ? 0x10 : 0;
    return code;
  }

  /** Whether the upper bits of an address agree, as long mode demands. */
  public boolean isCanonical(long gva) {
    int top = mode == PagingMode.FIVE_LEVEL ? 56 : 47;
    long upper = gva >> top;
    return !isLong(mode) || upper == 0 || upper == -1;
  }
}
