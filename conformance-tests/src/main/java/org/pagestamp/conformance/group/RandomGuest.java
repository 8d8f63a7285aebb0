package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.pagestamp.choice.Choices;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkStep;

/**
 * A random guest on a pair of machines, and its life: it changes registers, clears accessed and
 * dirty bits, and makes accesses. Everything is derived from a mode and a seed.
 */
final class RandomGuest implements AutoCloseable {
  private static final int MOST_TABLES = 24;
  private static final int CR3_TRIES = 32;
  private static final long FOUR_GIB = 1L << 32;
  private static final long PDPTE_RESERVED = 0x1E6;

  private final Role role;
  private final List<VectorSlot> slots;
  private final RandomGenerator random;
  private final List<Long> pages;
  private final RandomTables tables;
  private final MachinePair pair;
  private boolean started;
  private long cr3;
  private long gva;
  private int access;

  private RandomGuest(Subject subject, Role role, RandomGenerator random) {
    this.role = role;
    this.random = random;
    slots = slots(role, random);
    pages = RandomLayouts.pages(slots, MOST_TABLES, random);
    tables = new RandomTables(role, pages, random);
    pair = new MachinePair(subject, role, slots);
    if (role.mode() != PagingMode.NO_PAGING) {
      pages.forEach(this::fill);
    }
  }

  /** The guest that a seed makes. */
  static RandomGuest of(Subject subject, PagingMode mode, long seed) {
    return of(subject, mode, Choices.DEFAULT, seed);
  }

  /** The guest that a seed makes, for walkers with other choices. */
  static RandomGuest of(Subject subject, PagingMode mode, Choices choices, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    return new RandomGuest(subject, RandomRoles.role(mode, choices, random), random);
  }

  /** In PAE paging with a slot below 4 GiB, since no CR3 reaches higher PDPTEs. */
  private static List<VectorSlot> slots(Role role, RandomGenerator random) {
    List<VectorSlot> slots = RandomLayouts.slots(role, RandomLayouts.count(random), random);
    if (role.mode() == PagingMode.PAE && slots.getFirst().baseGpa() >= FOUR_GIB) {
      slots.addFirst(new VectorSlot(0x5000, MemSlot.PAGE_SIZE, random.nextBoolean()));
    }
    return slots;
  }

  private void fill(long page) {
    int width = role.mode().entryBytes();
    for (int offset = 0; offset < MemSlot.PAGE_SIZE; offset += width) {
      pair.store(page + offset, tables.entry(), width);
    }
  }

  MachinePair pair() {
    return pair;
  }

  long gva() {
    return gva;
  }

  int access() {
    return access;
  }

  /**
   * Goes on to the next access, changing something before it now and then.
   *
   * @return false if the subject loads a CR3 that must be refused or refuses one that must not
   */
  boolean next() {
    boolean agreed = true;
    if (!started || random.nextInt(8) == 0) {
      agreed = changeRoot();
    }
    if (!started || random.nextInt(4) == 0) {
      pair.keys(tables.keys(), tables.keys());
    }
    if (random.nextInt(8) == 0) {
      accessedAndDirty(pages.get(random.nextInt(pages.size())), false);
    }
    if (random.nextInt(64) == 0) {
      pair.clearLogs();
    }
    if (!started || random.nextInt(4) > 0) {
      gva = role.mode().truncate(tables.gva());
    }
    do {
      access = random.nextInt(Access.LIMIT);
    } while (!Access.isValid(access));
    started = true;
    return agreed;
  }

  /** After a wrong walk: all is as it must be, and registers are loaded before the next walk. */
  void mend() {
    pair.mend();
    started = false;
  }

  /** Loads CR3 until one is loaded: what a processor walks with after a refusal is the old one. */
  private boolean changeRoot() {
    for (int i = 0; i < CR3_TRIES; i++) {
      cr3 = role.mode() == PagingMode.PAE ? paeRoot(i) : root(i);
      MachinePair.Cr3 outcome = pair.loadCr3(cr3);
      if (outcome != MachinePair.Cr3.REFUSED) {
        return outcome == MachinePair.Cr3.LOADED;
      }
    }
    throw new IllegalStateException("no CR3 is good for " + role);
  }

  /**
   * Without LAM, PCID's no-flush bit and the like, which are not for every CPU; 0 is a last try.
   */
  private long root(int tries) {
    return tries == CR3_TRIES - 1 ? 0 : tables.cr3() & -1L >>> 3;
  }

  /** A root whose PDPTEs are mostly good. */
  private long paeRoot(int tries) {
    long page = tables.page() & 0xFFFF_F000L;
    boolean lastTry = tries == CR3_TRIES - 1;
    if (!isMemory(page) && (lastTry || random.nextInt(8) > 0)) {
      page = slots.getFirst().baseGpa();
    }
    long table = page | random.nextInt(128) * 32L;
    if (isMemory(page)) {
      for (int i = 0; i < 4; i++) {
        long pdpte = tables.pdpte();
        pdpte &= random.nextInt(16) == 0 ? -1L : ~PDPTE_RESERVED;
        pair.store(table + i * 8L, lastTry ? 0 : pdpte, Long.BYTES);
      }
    }
    return table | (random.nextInt(4) << 3);
  }

  private boolean isMemory(long gpa) {
    return slots.stream().anyMatch(slot -> slot.contains(gpa));
  }

  /** Sets the accessed and dirty bits of all entries, as they are after many walks. */
  void mark() {
    pages.forEach(page -> accessedAndDirty(page, true));
  }

  /** Clears the accessed and dirty bits of a page of entries, or does not. */
  void clearNowAndThen() {
    if (random.nextBoolean()) {
      accessedAndDirty(pages.get(random.nextInt(pages.size())), false);
    }
  }

  private void accessedAndDirty(long page, boolean set) {
    long bits = EntryBits.A | EntryBits.D;
    long both = role.mode().entryBytes() == Integer.BYTES ? bits | bits << 32 : bits;
    for (int offset = 0; offset < MemSlot.PAGE_SIZE; offset += Long.BYTES) {
      long entries = pair.load(page + offset, Long.BYTES);
      pair.store(page + offset, set ? entries | both : entries & ~both, Long.BYTES);
    }
  }

  /** Random addresses, one to {@code most}, for accesses of the kind {@link #access}. */
  long[] batch(int most) {
    long[] gvas = new long[random.nextInt(1, most + 1)];
    Arrays.setAll(gvas, _ -> role.mode().truncate(tables.gva()));
    return gvas;
  }

  /** The next access with the entries that the right machine will read. */
  ConformanceCase pathAsCase() {
    return pathAsCase(gva);
  }

  /** An access of the next one's kind to another address, with the entries that it will read. */
  ConformanceCase pathAsCase(long address) {
    Map<Long, VectorEntry> entries = new LinkedHashMap<>();
    addPdptes(entries);
    int width = role.mode().entryBytes();
    for (WalkStep step : pair.explain(address, access).steps()) {
      if (step.slot() >= 0) {
        entries.putIfAbsent(step.entryGpa(), new VectorEntry(step.entryGpa(), step.entry(), width));
      }
    }
    return asCase(entries, address);
  }

  /** The next access with all memory. */
  ConformanceCase memoryAsCase() {
    Map<Long, VectorEntry> entries = new LinkedHashMap<>();
    addPdptes(entries);
    int width = role.mode().entryBytes();
    for (long page : pages) {
      for (long gpa = page; gpa < page + MemSlot.PAGE_SIZE; gpa += width) {
        entries.putIfAbsent(gpa, new VectorEntry(gpa, pair.load(gpa, width), width));
      }
    }
    return asCase(entries, gva);
  }

  /** Memory may have changed since the registers were loaded from it, if they were. */
  private void addPdptes(Map<Long, VectorEntry> entries) {
    VcpuState vcpu = pair.vcpu();
    for (int i = 0; i < 4 && role.mode() == PagingMode.PAE; i++) {
      long gpa = (cr3 & PagingMode.PAE.rootMask()) + i * 8L;
      if (isMemory(gpa)) {
        long pdpte = vcpu.cr3() == cr3 ? vcpu.pdpte(i) : pair.load(gpa, Long.BYTES);
        entries.put(gpa, new VectorEntry(gpa, pdpte, Long.BYTES));
      }
    }
  }

  private ConformanceCase asCase(Map<Long, VectorEntry> entries, long address) {
    VcpuState vcpu = pair.vcpu();
    return new ConformanceCase(
        role,
        slots,
        new ArrayList<>(entries.values()),
        cr3,
        vcpu.pkru(),
        vcpu.pkrs(),
        address,
        access);
  }

  @Override
  public void close() {
    pair.close();
  }
}
