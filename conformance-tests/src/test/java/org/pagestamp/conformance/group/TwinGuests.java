package org.pagestamp.conformance.group;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.pagestamp.conformance.Engine;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/**
 * The same random guest twice, each with memory of its own: one walked by the first engine, one by
 * the second. Everything is derived from a seed.
 */
final class TwinGuests {
  private static final int MOST_TABLES = 64;

  /** Above this many slots, comparing all memory after each walk would take too long. */
  private static final int FEW_SLOTS = 64;

  private final long seed;
  private final Role role;
  private final RandomSlots slots;
  private final Random random;
  private final List<Long> pages;
  private final RandomTables tables;
  private final GuestCopy first;
  private final GuestCopy second;
  private final Walker firstWalker;
  private final Walker secondWalker;
  private final VcpuState firstVcpu = new VcpuState();
  private final VcpuState secondVcpu = new VcpuState();
  private int leaves;

  private TwinGuests(
      Engine firstEngine,
      Engine secondEngine,
      long seed,
      Random random,
      Role role,
      RandomSlots slots) {
    this.seed = seed;
    this.random = random;
    this.role = role;
    this.slots = slots;
    pages = slots.pages(MOST_TABLES, random);
    tables = new RandomTables(role, pages, random);
    first = slots.copy();
    second = slots.copy();
    firstWalker = firstEngine.walker(role, first.layout());
    secondWalker = secondEngine.walker(role, second.layout());
  }

  /** Guests of a mode with 1 to 64 slots. */
  static TwinGuests of(Engine first, Engine second, PagingMode mode, long seed) {
    Random random = new Random(seed);
    Role role = RandomRoles.role(mode, random);
    return new TwinGuests(first, second, seed, random, role, RandomSlots.of(role, random));
  }

  /** Guests of a mode with {@code count} slots. */
  static TwinGuests of(Engine first, Engine second, PagingMode mode, int count, long seed) {
    Random random = new Random(seed);
    Role role = RandomRoles.role(mode, random);
    return new TwinGuests(first, second, seed, random, role, RandomSlots.of(role, count, random));
  }

  /** Fills the pages of tables with tables. */
  TwinGuests withTables() {
    if (role.mode() != PagingMode.NO_PAGING) {
      pages.forEach(this::fill);
    }
    return this;
  }

  private void fill(long page) {
    int width = role.mode().entryBytes();
    for (int offset = 0; offset < MemSlot.PAGE_SIZE; offset += width) {
      store(page + offset, tables.entry(), width);
    }
  }

  /** Fills the pages of tables with random bits. */
  TwinGuests withGarbage() {
    for (long page : pages) {
      for (int offset = 0; offset < MemSlot.PAGE_SIZE; offset += Long.BYTES) {
        store(page + offset, random.nextLong(), Long.BYTES);
      }
    }
    return this;
  }

  private void store(long gpa, long value, int width) {
    first.store(gpa, value, width);
    second.store(gpa, value, width);
  }

  /** Walks so often, and fails at the first difference. */
  TwinGuests walk(int times) {
    boolean few = first.layout().slots().size() <= FEW_SLOTS;
    long gva = 0;
    for (int i = 0; i < times; i++) {
      changeSomething(i == 0);
      gva = random.nextInt(4) == 0 ? gva : tables.gva();
      int access = access();
      compare(gva, access, few || i == times - 1);
    }
    return this;
  }

  private int access() {
    int access;
    do {
      access = random.nextInt(Access.LIMIT);
    } while (!Access.isValid(access));
    return access;
  }

  private void changeSomething(boolean everything) {
    if (everything || random.nextInt(8) == 0) {
      long cr3 = tables.cr3();
      firstVcpu.cr3(cr3);
      secondVcpu.cr3(cr3);
      for (int i = 0; i < 4; i++) {
        long pdpte = tables.pdpte();
        firstVcpu.pdpte(i, pdpte);
        secondVcpu.pdpte(i, pdpte);
      }
    }
    if (everything || random.nextInt(4) == 0) {
      int pkru = tables.keys();
      firstVcpu.pkru(pkru);
      secondVcpu.pkru(pkru);
      int pkrs = tables.keys();
      firstVcpu.pkrs(pkrs);
      secondVcpu.pkrs(pkrs);
    }
    if (!everything && random.nextInt(8) == 0) {
      clearAccessedAndDirty(pages.get(random.nextInt(pages.size())));
    }
    if (!everything && random.nextInt(16) == 0) {
      clearLogs(first);
      clearLogs(second);
    }
  }

  private void clearAccessedAndDirty(long page) {
    long bits = EntryBits.A | EntryBits.D;
    long both = role.mode().entryBytes() == Integer.BYTES ? bits | bits << 32 : bits;
    for (int offset = 0; offset < MemSlot.PAGE_SIZE; offset += Long.BYTES) {
      store(page + offset, first.load(page + offset) & ~both, Long.BYTES);
    }
  }

  private static void clearLogs(GuestCopy copy) {
    for (MemSlot slot : copy.layout().slots()) {
      if (slot.dirtyLog() != null) {
        long[] _ = slot.dirtyLog().getAndClear();
      }
    }
  }

  private void compare(long gva, int access, boolean allMemory) {
    WalkTrace trace = firstWalker.explain(firstVcpu, gva, access);
    try {
      long expected = trace.result();
      require(expected, secondWalker.explain(secondVcpu, gva, access).result(), "explain", trace);
      require(expected, firstWalker.probe(firstVcpu, gva, access), "first probe", trace);
      require(expected, secondWalker.probe(secondVcpu, gva, access), "second probe", trace);
      requireSameMemory(allMemory, "probing", trace);
      requireObserved(expected, firstWalker, VcpuState.observer(firstVcpu), gva, access, trace);
      requireSameMemory(allMemory, "the first observer's walks", trace);
      requireObserved(expected, secondWalker, VcpuState.observer(secondVcpu), gva, access, trace);
      requireSameMemory(allMemory, "the second observer's walks", trace);
      require(expected, firstWalker.walk(firstVcpu, gva, access), "first walk", trace);
      require(expected, secondWalker.walk(secondVcpu, gva, access), "second walk", trace);
      requireSameMemory(allMemory, "walking", trace);
      if (!WalkResult.isFault(expected) || WalkResult.faultLevel(expected) == 1) {
        leaves++;
      }
    } catch (RuntimeException | LinkageError e) {
      throw new AssertionError(report("exception: " + e, trace), e);
    }
  }

  private void requireObserved(
      long expected, Walker walker, VcpuState observer, long gva, int access, WalkTrace trace) {
    require(expected, walker.walk(observer, gva, access), "an observer's walk", trace);
    long[] results = {0, 0};
    walker.walkAll(observer, new long[] {gva, gva}, access, results);
    require(expected, results[0], "an observer's batch", trace);
    require(expected, results[1], "an observer's batch, second walk,", trace);
  }

  private void require(long expected, long actual, String what, WalkTrace trace) {
    if (expected != actual) {
      fail(
          report(
              String.format(
                  Locale.ROOT,
                  "%s answered 0x%x, %s%n  instead of 0x%x, %s",
                  what,
                  actual,
                  WalkResult.toString(actual),
                  expected,
                  WalkResult.toString(expected)),
              trace));
    }
  }

  private void requireSameMemory(boolean allMemory, String when, WalkTrace trace) {
    String difference = allMemory ? first.difference(second) : "";
    if (!difference.isEmpty()) {
      fail(report("different after " + when + ": " + difference, trace));
    }
  }

  private String report(String problem, WalkTrace trace) {
    return String.format(
        Locale.ROOT, "%s%nseed %d, %s%n%s%n%s", problem, seed, slots, firstVcpu, trace);
  }

  /** How many of the walks came to a level 1 entry or a larger leaf. */
  int leaves() {
    return leaves;
  }
}
