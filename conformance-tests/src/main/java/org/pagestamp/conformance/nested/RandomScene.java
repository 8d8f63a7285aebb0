package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Stage2Rules;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedOption;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;

/**
 * A random role, random slots with holes and read-only ones between, and random tables of both
 * dimensions. Tables are either garbage, in which every page may be a table of either dimension at
 * any level, or made with paths through both, some of which share tables. Everything is derived
 * from a seed.
 */
final class RandomScene {
  private static final int[] WIDTHS = {36, 40, 46, 52};
  private static final int MOST_SLOTS = 6;
  private static final int FEWEST_PAGES = 4;
  private static final int MOST_PAGES = 20;
  private static final int MOST_IN_BATCH = 80;
  private static final int GPAS = 12;
  private static final int GVAS = 8;
  private static final long ALL = 7;
  private static final long SOFTWARE = 1L << 52;

  private static final List<EptOption> LOG_OPTIONS =
      List.of(
          EptOption.PAGE_MODIFICATION_LOGGING,
          EptOption.PML_CHECKED_FOR_ANY_BIT,
          EptOption.PML_ALWAYS_CHECKED);

  private final SplittableRandom random;

  /** Of its own, so that scenes with and without a log are alike otherwise. */
  private final SplittableRandom logs;

  private final NestedRole role;
  private final Stage2Rules rules;
  private final PagingMode mode;
  private final List<VectorSlot> slots = new ArrayList<>();
  private final List<Long> pages = new ArrayList<>();
  private final List<Long> gpas = new ArrayList<>();
  private final List<Long> hosts = new ArrayList<>();
  private final List<Long> gvas = new ArrayList<>();
  private final List<Long> unused;
  private final long root;
  private SceneMemory machine;
  private SceneEntries entries;

  /**
   * A scene.
   *
   * @param format a role of the format that stage 2 has
   */
  RandomScene(PagingMode mode, Stage2Role format, long seed) {
    random = new SplittableRandom(seed);
    logs = new SplittableRandom(~seed);
    this.mode = mode;
    role = role(mode, format);
    rules = new Stage2Rules(role.stage2());
    makeSlots();
    unused = new ArrayList<>(pages);
    root = newPage();
    for (int i = 0; i < GPAS; i++) {
      gpas.add(gpa());
      hosts.add(newPage());
    }
    for (int i = 0; i < GVAS; i++) {
      gvas.add(mode == PagingMode.NO_PAGING ? gpas.get(i) | offset() : linear());
    }
  }

  private NestedRole role(PagingMode guestMode, Stage2Role format) {
    Role guest = host(guestMode);
    Stage2Role stage2 = stage2(format);
    NestedOption[] options = some(NestedOption.class).toArray(NestedOption[]::new);
    if (random.nextInt(3) == 0) {
      return NestedRole.processor(guest, stage2).with(options);
    }
    TableAccess[] tables = TableAccess.values();
    PdpteAccess[] pdptes = PdpteAccess.values();
    TableAccess table = tables[random.nextInt(tables.length)];
    PdpteAccess pdpte = pdptes[random.nextInt(pdptes.length)];
    return new NestedRole(guest, stage2, table, pdpte).with(options);
  }

  private Role host(PagingMode hostMode) {
    CpuFeatures cpu =
        new CpuFeatures(
            WIDTHS[random.nextInt(WIDTHS.length)], random.nextInt(4) > 0, random.nextInt(4) == 0);
    Control[] controls =
        Control.relevantIn(hostMode).stream()
            .filter(_ -> random.nextInt(3) > 0)
            .toArray(Control[]::new);
    return Role.of(hostMode, cpu, controls);
  }

  private Stage2Role stage2(Stage2Role format) {
    return switch (format) {
      case EptRole ept ->
          new EptRole(ept.mode(), WIDTHS[random.nextInt(WIDTHS.length)], eptOptions());
      case NptRole npt -> new NptRole(host(npt.host().mode()), some(NptOption.class));
    };
  }

  private <E extends Enum<E>> Set<E> some(Class<E> type) {
    Set<E> some = EnumSet.allOf(type);
    some.removeIf(_ -> random.nextBoolean());
    return some;
  }

  private Set<EptOption> eptOptions() {
    Set<EptOption> some = EnumSet.allOf(EptOption.class);
    some.removeIf(
        option -> LOG_OPTIONS.contains(option) ? logs.nextBoolean() : random.nextBoolean());
    return some;
  }

  private void makeSlots() {
    long base = 0;
    int count = 1 + random.nextInt(MOST_SLOTS);
    for (int i = 0; i < count; i++) {
      base += 0x1000L * random.nextInt(3);
      if (random.nextInt(8) == 0) {
        base += 0x1000_0000L;
      }
      int size = random.nextInt(FEWEST_PAGES, MOST_PAGES);
      boolean readOnly = random.nextInt(4) == 0;
      slots.add(new VectorSlot(base, size * 0x1000L, readOnly));
      for (int page = 0; page < size; page++) {
        pages.add(base + page * 0x1000L);
      }
      base += size * 0x1000L;
    }
  }

  private long page() {
    return pages.get(random.nextInt(pages.size()));
  }

  /** A page that is not used yet; sometimes, or if there is none left, one that is. */
  private long newPage() {
    if (unused.isEmpty() || random.nextInt(16) == 0) {
      return page();
    }
    return unused.remove(random.nextInt(unused.size()));
  }

  private long offset() {
    return random.nextInt(0x1000) & -8L;
  }

  /** A frame of the guest: one that stage 2 reaches by the same few entries as others. */
  private long gpa() {
    int bits = rules.entryBytes() == 4 ? 10 : 9;
    long gpa = indexes(rules.levels(), bits) & PagingRules.bits(rules.gpaBits() - 1, 12);
    return PagingRules.isLong(mode)
        ? gpa & PagingRules.bits(role.guest().maxPhyAddr() - 1, 12)
        : gpa & 0xFFFF_F000L; // what CR3 can have, and linear addresses
  }

  /** An address with small indexes at most levels. */
  private long indexes(int levels, int bits) {
    long address = 0;
    for (int level = 0; level < levels; level++) {
      long index = random.nextInt(16) == 0 ? random.nextInt(1 << bits) : random.nextInt(3);
      address |= index << (12 + bits * level);
    }
    return address;
  }

  /** An address of the guest, nearly always canonical. */
  private long linear() {
    int levels = PagingRules.levels(mode);
    long address = indexes(levels, mode == PagingMode.TWO_LEVEL ? 10 : 9) | offset();
    int above = levels > 3 ? 64 - (12 + 9 * levels) : 0;
    return address << above >> above;
  }

  NestedRole role() {
    return role;
  }

  List<VectorSlot> slots() {
    return slots;
  }

  /** Writes the tables. */
  void write(SceneMemory into) {
    machine = into;
    entries = new SceneEntries(into, random);
    if (random.nextInt(4) == 0) {
      writeGarbage();
    } else {
      for (int i = 0; i < gpas.size(); i++) {
        writeStage2(gpas.get(i), hosts.get(i));
      }
      for (long gva : gvas) {
        writeGuest(gva);
      }
      gpas.forEach(this::writeMistakable);
    }
  }

  private void writeGarbage() {
    int width = Math.min(rules.entryBytes(), entryBytes());
    for (long page : pages) {
      for (long at = 0; at < 0x1000; at += width) {
        if (at < 0x40 || random.nextInt(32) == 0) {
          long marks = rules.isEpt() ? random.nextInt(8) << 8 : random.nextInt(0x80) & 0x60;
          entries.put(page + at, spoiled(page() | ALL | marks, width), width, 0);
        }
      }
    }
  }

  private int entryBytes() {
    return mode == PagingMode.NO_PAGING ? 8 : PagingRules.entryBytes(mode);
  }

  /** Now and then with a few bits changed. */
  private long spoiled(long entry, int width) {
    long spoiled = entry;
    while (random.nextInt(48) == 0) {
      spoiled ^= 1L << random.nextInt(8 * width);
    }
    return spoiled;
  }

  private void writeStage2(long gpa, long host) {
    long table = rules.rootTable(root) & -0x1000L;
    for (int level = rules.levels(); level > 0; level--) {
      long place = table + (long) rules.index(level, gpa) * rules.entryBytes();
      if (!machine.hasSlot(place)) {
        return;
      }
      long entry = machine.load(place, rules.entryBytes());
      boolean large = level > 1 && rules.hasLargePages(level) && random.nextInt(24) == 0;
      if (entry == 0) {
        entry = stage2Entry(level, level == 1 || large ? host : newPage(), large);
        long marks = rules.accessed(level) | (level == 1 || large ? rules.dirty(level) : 0);
        entries.put(place, spoiled(entry, rules.entryBytes()), rules.entryBytes(), marks);
      }
      if (level == 1 || large) {
        return;
      }
      table = rules.nextTable(entry) & -0x1000L;
    }
  }

  /**
   * Gives stage 2 a page where no address of the guest's entries is, but what may be taken for one:
   * of a 32-bit guest with bit 31 as a sign, of others with a bit for software.
   */
  private void writeMistakable(long gpa) {
    long high = PagingRules.bits(rules.gpaBits() - 1, 32);
    if (mode == PagingMode.TWO_LEVEL && (gpa & 1L << 31) != 0 && high != 0) {
      writeStage2(gpa | high, hosts.get(random.nextInt(GPAS)));
    } else if (PagingRules.isLong(mode) && rules.gpaBits() > 52) {
      writeStage2(gpa | SOFTWARE, hosts.get(random.nextInt(GPAS)));
    }
  }

  private long stage2Entry(int level, long frame, boolean large) {
    boolean pdpte = !rules.isEpt() && rules.dirty(level) == 0;
    long rights = pdpte ? 1 : ALL;
    long type = rules.isEpt() && (level == 1 || large) ? 6 << 3 : 0;
    long execute = rules.isEpt() ? 1L << 10 : 0;
    long inPage = PagingRules.bits(rules.shift(level) - 1, 12);
    return large
        ? (frame & ~inPage) | rights | type | execute | 1 << 7
        : frame | rights | type | execute | (level == 1 ? random.nextInt(2) << 7 : 0);
  }

  /** A table of the guest is at one of the addresses that stage 2 has pages for. */
  private void writeGuest(long gva) {
    int frame = 0;
    for (int level = PagingRules.levels(mode); level > 0; level--) {
      long at = (long) PagingRules.index(mode, level, gva) * entryBytes();
      long place = hosts.get(frame) | at;
      long entry = machine.load(place, entryBytes());
      int next = 1 + random.nextInt(GPAS - 1);
      if (entry == 0) {
        boolean pdpte = mode == PagingMode.PAE && level == 3;
        boolean large = !pdpte && level > 1 && level < 4 && random.nextInt(16) == 0;
        long bits = pdpte ? 1 : large ? ALL | 1 << 7 : ALL;
        bits |= PagingRules.isLong(mode) && random.nextInt(4) == 0 ? SOFTWARE : 0;
        long inPage = large ? PagingRules.bits(PagingRules.shift(mode, level) - 1, 12) : 0xFFF;
        long marks = pdpte ? 0 : PagingRules.A | (large || level == 1 ? PagingRules.D : 0);
        entries.put(
            place, spoiled((gpas.get(next) & ~inPage) | bits, entryBytes()), entryBytes(), marks);
        if (large) {
          return;
        }
      } else {
        next = gpas.indexOf(entry & PagingRules.FRAME);
        if (next < 0) {
          return;
        }
      }
      frame = next;
    }
  }

  /** EPTP or nCR3; sometimes another page. */
  long root() {
    return random.nextInt(32) == 0 ? page() : root;
  }

  /** Where the page-modification log is: in any page, tables included, at times in no slot. */
  long log() {
    return logs.nextInt(16) == 0 ? 0x7FFF_F000L : pages.get(logs.nextInt(pages.size()));
  }

  /** Often near the end of the log, and at times beyond: that is what walks must notice. */
  int logIndex() {
    return switch (logs.nextInt(16)) {
      case 0 -> 0xFFFF;
      case 1, 2, 3 -> logs.nextInt(8);
      default -> logs.nextInt(512);
    };
  }

  /** Whether the log is set anew. */
  boolean logChanges() {
    return logs.nextInt(16) == 0;
  }

  /** Sometimes elsewhere. */
  long cr3() {
    long cr3 = random.nextInt(16) == 0 ? page() : gpas.getFirst();
    return random.nextInt(32) == 0 ? cr3 ^ (1L << random.nextInt(64)) : cr3;
  }

  int keys() {
    return random.nextInt(4) == 0 ? random.nextInt() : 0;
  }

  boolean happens(int oneOf) {
    return random.nextInt(oneOf) == 0;
  }

  /** The address of the next access. */
  long gva() {
    long gva = gvas.get(random.nextInt(gvas.size()));
    return random.nextInt(16) == 0 ? gva ^ (1L << random.nextInt(64)) : gva;
  }

  /** The addresses of some accesses, more or fewer than a walker may make together. */
  long[] batch() {
    long[] batch = new long[random.nextInt(MOST_IN_BATCH)];
    Arrays.setAll(batch, _ -> gva());
    return batch;
  }

  /** Sets nearly all accessed and dirty bits, as they are after many walks. */
  void mark() {
    entries.mark();
  }

  /** The kind of the next access. */
  int access() {
    int access;
    do {
      access = random.nextInt(Access.LIMIT);
    } while (!Access.isValid(access));
    return access;
  }

  /** Changes an entry, or gives some the values back that they had. */
  void change() {
    entries.change();
  }
}
