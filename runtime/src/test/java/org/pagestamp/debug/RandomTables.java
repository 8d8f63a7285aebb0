package org.pagestamp.debug;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;

/**
 * A guest with eight pages of tables, the first of them the root, whose few entries point anywhere,
 * mostly to tables, themselves included. What lies behind page 9 is in no slot.
 */
final class RandomTables {
  private static final int TABLES = 8;
  private static final int TARGETS = 12;

  final Role role;
  final VcpuState registers = new VcpuState();
  final SlotLayout layout;

  private final long[] words = new long[10 * 512];
  private final SplittableRandom random;

  RandomTables(PagingMode mode, long seed) {
    random = new SplittableRandom(seed);
    Control[] controls =
        Control.relevantIn(mode).stream()
            .filter(control -> control == Control.PSE || control == Control.NXE)
            .toArray(Control[]::new);
    role = Role.of(mode, CpuFeatures.intel(46), controls);
    layout = SlotLayout.builder().ram(0, Backing.of(words)).build();
    for (int table = 0; table < TABLES; table++) {
      for (int index : indices(mode.level(1))) {
        put(table * 0x1000 + index * mode.entryBytes(), entry());
      }
    }
    for (int i = 0; mode == PagingMode.PAE && i < 4; i++) {
      registers.pdpte(i, random.nextInt(4) == 0 ? 0 : page() | EntryBits.P);
    }
  }

  /** The entries that a table of this level may have: some at both ends, where addresses wrap. */
  static List<Integer> indices(PagingLevel level) {
    int last = level.entries() - 1;
    return last == 3 ? List.of(0, 1, 2, 3) : List.of(0, 1, last / 2, last / 2 + 1, last);
  }

  private long page() {
    int frame = random.nextInt(3) == 0 ? random.nextInt(TARGETS) : random.nextInt(TABLES);
    return frame * 0x1000L;
  }

  private long entry() {
    long entry = page() | (random.nextInt(0x1000) & ~EntryBits.PS) | EntryBits.P;
    if (random.nextInt(6) == 0) {
      entry &= ~EntryBits.P;
    }
    if (random.nextInt(6) == 0) {
      entry |= EntryBits.PS;
    }
    if (random.nextInt(8) == 0) {
      entry |= EntryBits.NX;
    }
    if (random.nextInt(40) == 0) {
      entry |= 1L << random.nextInt(13, 52); // reserved, or far away
    }
    return entry;
  }

  private void put(int gpa, long entry) {
    if (role.mode().entryBytes() == 8) {
      words[gpa / 8] = entry;
    } else {
      int shift = 8 * (gpa & 4);
      words[gpa / 8] &= ~(0xFFFF_FFFFL << shift);
      words[gpa / 8] |= (entry & 0xFFFF_FFFFL) << shift;
    }
  }

  /** Every address that is a combination of {@link #indices}. */
  List<Long> addresses() {
    List<Long> addresses = List.of(0L);
    for (PagingLevel level : role.mode().levels()) {
      List<Long> longer = new ArrayList<>();
      for (long address : addresses) {
        for (int index : indices(level)) {
          longer.add(address | (long) index << level.shift());
        }
      }
      addresses = longer;
    }
    int unused = 64 - role.mode().gvaBits();
    boolean extended = role.mode().isLongMode();
    return addresses.stream().map(gva -> extended ? (gva << unused) >> unused : gva).toList();
  }

  PageTables pageTables() {
    return new PageTables(role, registers, layout);
  }

  long[] memory() {
    return words.clone();
  }
}
