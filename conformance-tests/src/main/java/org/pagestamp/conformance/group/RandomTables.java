package org.pagestamp.conformance.group;

import java.util.List;
import java.util.random.RandomGenerator;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/**
 * Table entries such that most walks get to a leaf: nearly all point to another page of tables, and
 * each rule is broken now and then. Since all levels share the pages, tables are recursive.
 */
final class RandomTables {
  private final Role role;
  private final List<Long> pages;
  private final RandomGenerator random;

  /** Entries that point to {@code pages}. */
  RandomTables(Role role, List<Long> pages, RandomGenerator random) {
    this.role = role;
    this.pages = pages;
    this.random = random;
  }

  private boolean in(int chances) {
    return random.nextInt(chances) == 0;
  }

  private long bit(long bit, int chances) {
    return in(chances) ? bit : 0;
  }

  /** An entry of a table, zero-extended if it has 4 bytes. */
  long entry() {
    return role.mode().entryBytes() == Integer.BYTES ? narrow() : wide();
  }

  private long narrow() {
    long entry = flags() | (page() & EntryBits.FRAME_32);
    if (in(8)) {
      entry |= EntryBits.PS;
      if (!in(6)) {
        entry &= ~0x3F_E000L; // bits 21:13
        entry |= random.nextInt(16) << 13; // PSE-36
      }
    }
    return entry;
  }

  private long wide() {
    boolean longMode = role.mode().isLongMode();
    long entry = flags() | page();
    if (in(10)) {
      entry |= EntryBits.PS;
      entry &= in(6) ? -1L : in(2) ? ~0x1F_E000L : ~0x3FFF_E000L;
    }
    entry |= bit(EntryBits.NX, role.nxe() ? 8 : 100);
    entry |= bit(1L << random.nextInt(role.maxPhyAddr(), 53), 100);
    if (longMode) {
      entry |= bit((long) random.nextInt(128) << 52, 2); // ignored, and in leaves the key
    } else {
      entry |= bit(1L << random.nextInt(52, 63), 100);
    }
    return entry;
  }

  /** Bits 11:0 except PS; in the common case one that neither faults nor restricts. */
  private long flags() {
    long flags = EntryBits.P | EntryBits.W | EntryBits.U;
    flags &= ~bit(EntryBits.P, 25);
    flags &= ~bit(EntryBits.W, 7);
    flags &= ~bit(EntryBits.U, 7);
    flags |= bit(EntryBits.A, 2) | bit(EntryBits.D, 2);
    flags |= bit(EntryBits.PWT, 4) | bit(EntryBits.PCD, 4) | bit(EntryBits.G, role.amd() ? 25 : 4);
    return flags | bit((long) random.nextInt(8) << 9, 2);
  }

  /** Where an entry points to: a page of tables, rarely one beside them or anywhere. */
  long page() {
    long page = pages.get(random.nextInt(pages.size()));
    return switch (random.nextInt(40)) {
      case 0 -> page + 0x1000;
      case 1 -> random.nextLong() & (1L << role.maxPhyAddr()) - 1 & EntryBits.FRAME;
      case 2 -> page ^ 1L << random.nextInt(12, Math.min(52, role.maxPhyAddr()));
      default -> page;
    };
  }

  /** A PDPTE register of PAE paging. */
  long pdpte() {
    return page() | (in(10) ? 0 : EntryBits.P) | bit(random.nextInt(4096) & ~1L, 4);
  }

  /** A CR3. */
  long cr3() {
    return page() | bit(random.nextInt(4096), 2) | bit((long) random.nextInt(8) << 61, 4);
  }

  /** A linear address: mostly canonical. */
  long gva() {
    long raw = random.nextLong();
    PagingMode mode = role.mode();
    if (!mode.isLongMode()) {
      return in(2) ? raw : raw & 0xFFFF_FFFFL;
    }
    int unused = Long.SIZE - mode.gvaBits();
    return switch (random.nextInt(32)) {
      case 0 -> raw;
      case 1 -> (raw << unused >> unused) ^ 1L << random.nextInt(mode.gvaBits() - 1, Long.SIZE);
      case 2 -> (1L << (mode.gvaBits() - 1)) - random.nextInt(2);
      case 3 -> (-1L << (mode.gvaBits() - 1)) - random.nextInt(2);
      case 4 -> -random.nextInt(2);
      default -> raw << unused >> unused;
    };
  }

  /** A PKRU or PKRS. */
  int keys() {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> random.nextInt();
      default -> random.ints(3).reduce(-1, (a, b) -> a & b);
    };
  }
}
