package org.pagestamp.stage2;

import java.util.List;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;

/**
 * What an EPT role makes of its format.
 *
 * <p>Source: Intel SDM vol. 3, section 28.3.2 (entries) and 28.3.3.1 (misconfigurations).
 */
final class EptTables {
  /** W without R, whatever X and bit 10 are. */
  private static final int WRITE_ONLY = 0x4444;

  /** X or bit 10 without R. */
  private static final int EXECUTE_ONLY = 0x5550;

  /** Bit 10 and nothing else. */
  private static final int USER_EXECUTE_ALONE = 1 << 8;

  /** 2, 3 and 7. */
  private static final int ILLEGAL_TYPES = 0x8C;

  /** Bits 6:3 of an entry that points to a table; in a leaf they are type and ignore-PAT. */
  private static final long NOT_IN_TABLES = EptBits.TYPE | EptBits.IGNORE_PAT;

  private EptTables() {}

  static Stage2Format format(EptRole role) {
    boolean mbec = role.has(EptOption.MODE_BASED_EXECUTE);
    long userExecute = mbec ? EptBits.XU : 0;
    return new Stage2Format(
        true,
        Long.BYTES,
        role.mode().gpaBits(),
        role.has(EptOption.HIGH_GPA_IGNORED),
        EptBits.FRAME,
        EptBits.FRAME,
        EptBits.R | EptBits.W | EptBits.X | userExecute,
        0,
        userExecute,
        illegalRights(role),
        ILLEGAL_TYPES,
        RightRule.needs(EptBits.R),
        RightRule.needs(EptBits.W),
        RightRule.needs(EptBits.X),
        RightRule.needs(mbec ? EptBits.XU : EptBits.X),
        true,
        true,
        role.has(EptOption.ADVANCED_INFO),
        pmlRule(role),
        levels(role));
  }

  private static PmlRule pmlRule(EptRole role) {
    if (!role.has(EptOption.PAGE_MODIFICATION_LOGGING)) {
      return PmlRule.NONE;
    }
    if (role.has(EptOption.PML_ALWAYS_CHECKED)) {
      return PmlRule.ALWAYS;
    }
    return role.has(EptOption.PML_CHECKED_FOR_ANY_BIT) ? PmlRule.FOR_ANY_BIT : PmlRule.FOR_DIRTY;
  }

  private static int illegalRights(EptRole role) {
    if (role.has(EptOption.EXECUTE_ONLY)) {
      return WRITE_ONLY;
    }
    boolean unchecked = role.has(EptOption.USER_EXECUTE_UNCHECKED);
    return WRITE_ONLY | (unchecked ? EXECUTE_ONLY & ~USER_EXECUTE_ALONE : EXECUTE_ONLY);
  }

  private static List<Stage2Level> levels(EptRole role) {
    return role.mode().levels().stream().map(level -> level(role, level)).toList();
  }

  private static Stage2Level level(EptRole role, PagingLevel level) {
    boolean dirtyBits = role.has(EptOption.ACCESSED_DIRTY);
    return new Stage2Level(
        level.number(),
        level.shift(),
        level.indexBits(),
        leafBits(role, level),
        reserved(role, level, false),
        reserved(role, level, true),
        EptBits.FRAME & ~(level.pageSize() - 1),
        0,
        0,
        0,
        -1L,
        dirtyBits ? EptBits.A : 0,
        dirtyBits ? EptBits.D : 0);
  }

  private static boolean hasPages(EptRole role, PagingLevel level) {
    return switch (level.number()) {
      case 2 -> role.has(EptOption.TWO_MEG_PAGES);
      case 3 -> role.has(EptOption.ONE_GIG_PAGES);
      default -> false;
    };
  }

  private static long leafBits(EptRole role, PagingLevel level) {
    if (level.leafRule() == LeafRule.ALWAYS) {
      return -1L;
    }
    return hasPages(role, level) ? EptBits.PAGE : 0;
  }

  private static long reserved(EptRole role, PagingLevel level, boolean bit7) {
    long mask = level.reservedAlways() | (EptBits.FRAME & -1L << role.maxPhyAddr());
    if (level.leafRule() == LeafRule.NEVER || level.leafRule() == LeafRule.ALWAYS) {
      return mask; // bit 7 tells nothing
    }
    if (!bit7) {
      return mask | NOT_IN_TABLES;
    }
    mask |= EptBits.FRAME & (level.pageSize() - 1);
    return hasPages(role, level) ? mask : mask | EptBits.PAGE;
  }
}
