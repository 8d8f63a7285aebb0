package org.pagestamp.stage2;

import java.util.List;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;

/**
 * What an NPT role makes of the host's paging mode.
 *
 * <p>Source: AMD APM vol. 2, section 15.25.5 (every nested access is a user's) and 15.25.6.
 */
final class NptTables {
  private NptTables() {}

  static Stage2Format format(NptRole role) {
    PagingMode mode = role.host().mode();
    boolean gmet = role.has(NptOption.GMET);
    long user = gmet ? 0 : EntryBits.U;
    return new Stage2Format(
        false,
        mode.entryBytes(),
        mode.gvaBits(),
        role.has(NptOption.HIGH_GPA_IGNORED),
        mode.rootMask(),
        mode.tableMask(),
        EntryBits.P,
        EntryBits.NX,
        0,
        0,
        0,
        RightRule.needs(user),
        RightRule.needs(user | EntryBits.W),
        new RightRule(user | EntryBits.NX, gmet ? EntryBits.U : 0),
        RightRule.needs(user | EntryBits.NX),
        false,
        role.host().nxe() || gmet || role.has(NptOption.FETCH_REPORTED),
        false,
        PmlRule.NONE,
        levels(role));
  }

  private static List<Stage2Level> levels(NptRole role) {
    return role.host().mode().levels().stream().map(level -> level(role, level)).toList();
  }

  private static Stage2Level level(NptRole role, PagingLevel level) {
    Role host = role.host();
    boolean pdpte = host.mode() == PagingMode.PAE && level.number() == 3;
    boolean unchecked = pdpte && role.has(NptOption.PDPTES_UNCHECKED);
    return new Stage2Level(
        level.number(),
        level.shift(),
        level.indexBits(),
        leafBits(host, level),
        unchecked ? 0 : ReservedBits.mask(host, level, false),
        unchecked ? 0 : ReservedBits.mask(host, level, true),
        host.mode().tableMask() & ~(level.pageSize() - 1),
        level.highFrameBits(host),
        level.highFrameShift(),
        level.patBit(),
        pdpte ? 0 : -1L,
        pdpte && !host.readsPdptes() ? 0 : EntryBits.A,
        pdpte ? 0 : EntryBits.D);
  }

  private static long leafBits(Role host, PagingLevel level) {
    if (level.leafRule() == LeafRule.ALWAYS) {
      return -1L;
    }
    return level.hasPageSizeBit(host) ? EntryBits.PS : 0;
  }
}
