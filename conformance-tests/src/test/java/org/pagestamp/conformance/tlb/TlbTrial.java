package org.pagestamp.conformance.tlb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.tlb.Kept.Freshness;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.RegisterWrite;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.Rule;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkStep;
import org.pagestamp.walk.WalkTrace;

/**
 * A guest three times, each with memory of its own: one virtual CPU walks every time, by the
 * interpreted walker; one has a TLB over the interpreted walker, one over generated ones.
 *
 * <p>The guest obeys: before it uses a translation that may be kept and whose entries have changed,
 * it invalidates ({@link #touch}); if what it chose does not help, it leaves the page alone. Of
 * changes that need no invalidation by Intel SDM vol. 3, section 4.10.4.3, it uses three as they
 * are: P set, R/W set or XD cleared, A cleared.
 *
 * <p>What is compared at each access:
 *
 * <ul>
 *   <li>The two TLBs: the result word, and whether it took a walk.
 *   <li>A translation that walked, and every fault: the result word of walking without TLB.
 *   <li>A hit: the word that was walked for the entry; against walking now it may lack D, if the
 *       access is no write, and, where rights grew, R/W or the right to fetch. Where the table is
 *       read-only, so that no walk sets them, A and D are those of then.
 *   <li>That what the {@link IdealTlb} does not have is not answered without a walk; and that what
 *       it has, and was used lately, is.
 *   <li>All page tables, all three times, bit by bit. Only A of entries from which the guest has
 *       cleared A may differ after a hit, and is then set in the TLBs' memory as well.
 *   <li>At the end, and before each change of slots: all memory and the dirty logs.
 * </ul>
 */
final class TlbTrial {
  private static final Stamper STAMPER = new Stamper(512);
  private static final long LONG_AGO = Long.MIN_VALUE / 2;
  private static final int RECENT = 8;

  /** A of an 8-byte entry or of two 4-byte ones. */
  private static final long ACCESSED_BITS = EntryBits.A | EntryBits.A << 32;

  private final TrialVcpu plain = new TrialVcpu(InterpretedWalker::new);
  private final TrialVcpu first = new TrialVcpu(InterpretedWalker::new);
  private final TrialVcpu second = new TrialVcpu(STAMPER::stamp);
  private final List<TrialVcpu> vcpus = List.of(plain, first, second);
  private final IdealTlb ideal = new IdealTlb();
  private final Deque<Long> recent = new ArrayDeque<>();
  private SlotLayout layout;
  private int ways;
  private boolean a20 = true;
  private long accesses;
  private long hits;
  private long faults;

  TlbTrial() {
    TrialTables.fill(this);
    layout = plain.slots.layout();
    useTlbs(64, 8);
    new Step.Enter(PagingMode.FOUR_LEVEL, 0, true).applyTo(this);
  }

  /** Applies a step; a failure names it. */
  TlbTrial then(Step step) {
    try {
      step.applyTo(this);
    } catch (RuntimeException e) {
      throw new AssertionError(step + " threw " + e, e);
    }
    return this;
  }

  // What steps are made of

  Mmu registers() {
    return plain.mmu;
  }

  /** Does the same to all three. */
  void all(Consumer<TrialVcpu> change) {
    vcpus.forEach(change);
  }

  /** New, empty TLBs. */
  void useTlbs(int sets, int newWays) {
    first.useTlb(sets, newWays);
    second.useTlb(sets, newWays);
    ways = newWays;
    ideal.dropAll();
    layout = takenSlots();
  }

  /** A register write, which must be answered alike. */
  RegisterWrite write(Function<Mmu, RegisterWrite> instruction) {
    RegisterWrite answer = instruction.apply(plain.mmu);
    assertEquals(answer, instruction.apply(first.mmu), "first register write");
    assertEquals(answer, instruction.apply(second.mmu), "second register write");
    ideal.registerWritten(answer, plain.mmu.pcid());
    return answer;
  }

  void a20(boolean open) {
    all(vcpu -> vcpu.mmu.a20(open));
    if (open != a20) {
      ideal.dropAll();
      a20 = open;
    }
  }

  void invlpg(long gva) {
    takeSlots();
    first.tlb().invlpg(gva);
    second.tlb().invlpg(gva);
    ideal.dropAddress(plain.mmu.pcid(), pageOf(gva), true, plain.mmu.role().mode());
  }

  void invpcid(int type, int pcid, long gva) {
    takeSlots();
    boolean done = first.tlb().invpcid(type, pcid, gva);
    assertEquals(done, second.tlb().invpcid(type, pcid, gva));
    boolean pcids = (plain.mmu.cr4() & ControlBits.CR4_PCIDE) != 0;
    boolean possible =
        (type > 1 || pcids || pcid == 0) && (type != 0 || plain.mmu.role().mode().isCanonical(gva));
    assertEquals(possible, done, "whether INVPCID is possible");
    if (done) {
      switch (type) {
        case 0 -> ideal.dropAddress(pcid, pageOf(gva), false, plain.mmu.role().mode());
        case 1 -> ideal.dropPcid(pcid);
        case 2 -> ideal.dropAll();
        default -> ideal.dropNonGlobal();
      }
    }
  }

  private long pageOf(long linear) {
    return plain.mmu.role().mode().truncate(linear) & -MemSlot.PAGE_SIZE;
  }

  /** An address that was accessed lately, or another if none was. */
  long recent(int number, long otherwise) {
    return recent.isEmpty()
        ? otherwise
        : recent.stream().skip(number % recent.size()).findFirst().orElseThrow();
  }

  // Accesses

  /** An access, after an invalidation of the chosen kind if one is called for. */
  void touch(long gva, int access, Cure cure) {
    takeSlots();
    remember(gva);
    if (isStale(gva, access)) {
      cure.applyTo(this, gva);
      if (isStale(gva, access)) {
        layout = takenSlots();
        return;
      }
    }
    access(gva, access);
  }

  private void remember(long gva) {
    recent.remove(gva);
    recent.addFirst(gva);
    if (recent.size() > RECENT) {
      recent.removeLast();
    }
  }

  private List<Kept> candidates(long gva, int access) {
    return ideal.find(plain.mmu.pcid(), pageOf(plain.mmu.linearAddress(gva, access)));
  }

  private boolean isStale(long gva, int access) {
    WalkTrace trace = plain.mmu.explain(gva, access);
    return trace.rule() != Rule.LASS // which asks no table, so it does not matter what they are
        && candidates(gva, access).stream()
            .anyMatch(kept -> kept.compare(trace.steps()) == Freshness.STALE);
  }

  private void access(long gva, int access) {
    accesses++;
    WalkTrace before = plain.mmu.explain(gva, access);
    List<Kept> candidates = candidates(gva, access);
    long expected = plain.mmu.translate(gva, access);
    long walks = first.tlb().walks();
    long otherWalks = second.tlb().walks();
    long result = first.tlb().translate(gva, access);
    long other = second.tlb().translate(gva, access);
    walks = first.tlb().walks() - walks;
    otherWalks = second.tlb().walks() - otherWalks;

    assertSame("the TLB over generated walkers", result, other);
    assertEquals(walks, otherWalks, "walks of the TLB over generated walkers");
    Freshness freshness =
        candidates.size() == 1 ? candidates.getFirst().compare(before.steps()) : Freshness.SAME;
    if (WalkResult.isFault(expected)) {
      assertSame("a fault", expected, result);
      faulted(gva, access, expected, walks);
    } else if (walks == 0) {
      hit(access, expected, result, candidates, before.steps());
    } else {
      walked(gva, access, expected, result, candidates, freshness);
    }
    compareTables(
        walks == 0
            && candidates.stream().anyMatch(one -> one.compare(before.steps()) == Freshness.AGED));
  }

  private void faulted(long gva, int access, long expected, long walks) {
    faults++;
    assertEquals(1, walks, "walks that fault");
    if (WalkResult.faultReason(expected) != FaultReason.LASS_VIOLATION) {
      ideal.dropPage(plain.mmu.pcid(), pageOf(plain.mmu.linearAddress(gva, access)));
    }
  }

  private void hit(
      int access, long expected, long result, List<Kept> candidates, List<WalkStep> path) {
    boolean write = (access & Access.WRITE) != 0;
    for (Kept kept : candidates) {
      long word = write ? kept.word : kept.word & ~WalkResult.CLEAN_WRITE;
      boolean clean = (word & (EntryBits.D | WalkResult.CLEAN_WRITE)) == 0;
      if (word == result && !(write && clean)) {
        kept.lastUse = accesses;
        hits++;
        long lacking = expected & ~result;
        long excess = result & ~expected;
        long mayLack = EntryBits.W | EntryBits.A | (write ? 0 : EntryBits.D);
        boolean aged = kept.compare(path) == Freshness.AGED;
        long mayExceed = EntryBits.NX | (aged ? EntryBits.A : 0);
        if (WalkResult.isCleanWrite(word)) {
          mayLack |= EntryBits.D;
          mayExceed |= WalkResult.CLEAN_WRITE;
        }
        if ((lacking & ~mayLack) == 0 && (excess & ~mayExceed) == 0) {
          return;
        }
        assertSame("a hit", expected, result);
      }
    }
    fail("answered without a walk what it cannot have: " + WalkResult.toString(result));
  }

  private void walked(
      long gva,
      int access,
      long expected,
      long result,
      List<Kept> candidates,
      Freshness freshness) {
    assertSame("a walk", expected, result);
    boolean write = (access & Access.WRITE) != 0;
    for (Kept kept : candidates) {
      boolean clean = (kept.word & (EntryBits.D | WalkResult.CLEAN_WRITE)) == 0;
      boolean lately = accesses - kept.lastUse <= ways;
      if (candidates.size() == 1 && lately && !(write && clean) && freshness != Freshness.GREW) {
        fail("walked for what it has: " + WalkResult.toString(kept.word));
      }
      kept.lastUse = LONG_AGO;
    }
    WalkTrace after = plain.mmu.explain(gva, access);
    boolean global = WalkResult.isGlobal(result) && (plain.mmu.cr4() & ControlBits.CR4_PGE) != 0;
    ideal.put(
        plain.mmu.pcid(),
        global,
        pageOf(plain.mmu.linearAddress(gva, access)),
        new Kept(result, WalkResult.level(result), after.steps(), accesses));
  }

  private static void assertSame(String what, long expected, long result) {
    if (expected != result) {
      fail(
          String.format(
              Locale.ROOT,
              "%s: expected %s, was %s",
              what,
              WalkResult.toString(expected),
              WalkResult.toString(result)));
    }
  }

  // Memory

  long word(int slot, int index) {
    return plain.memory[slot][index];
  }

  /** The guest stores a word, 8 bytes. */
  void store(int slot, int index, long value) {
    for (TrialVcpu vcpu : vcpus) {
      vcpu.memory[slot][index] = value;
    }
  }

  private void compareTables(boolean aged) {
    for (int slot = 0; slot < TrialTables.WORDS.length; slot++) {
      int words = TrialTables.WORDS[slot];
      for (TrialVcpu vcpu : List.of(first, second)) {
        long[] own = vcpu.memory[slot];
        for (int at = mismatch(slot, own, words); at >= 0; at = mismatch(slot, own, words)) {
          long expected = plain.memory[slot][at];
          if (!aged
              || (expected & ~ACCESSED_BITS) != (own[at] & ~ACCESSED_BITS)
              || (own[at] & ~expected) != 0) {
            fail(
                String.format(
                    Locale.ROOT,
                    "entry %d of slot %d: expected 0x%x, was 0x%x",
                    at,
                    slot,
                    expected,
                    own[at]));
          }
          own[at] = expected;
          MemSlot owner = vcpu.slots.slot(slot);
          owner.markDirty(owner.baseGfn() + at / 512);
        }
      }
    }
  }

  private int mismatch(int slot, long[] own, int words) {
    return Arrays.mismatch(plain.memory[slot], 0, words, own, 0, words);
  }

  /** Compares all memory and the dirty logs, which are clean afterwards. */
  void compareMemory() {
    for (int slot = 0; slot < plain.memory.length; slot++) {
      long[] dirty = plain.takeDirty(slot);
      for (TrialVcpu vcpu : List.of(first, second)) {
        assertArrayEquals(plain.memory[slot], vcpu.memory[slot], "memory of slot " + slot);
        assertArrayEquals(dirty, vcpu.takeDirty(slot), "dirty log of slot " + slot);
      }
    }
  }

  // Slots

  /** Before a TLB is used: what the change of slots since its last use leaves. */
  private void takeSlots() {
    SlotLayout now = plain.slots.layout();
    if (!now.equals(layout)) {
      ideal.layoutChanged(layout, now);
    }
    layout = now;
  }

  /** Makes the TLBs take the slots, where no use does it. */
  private SlotLayout takenSlots() {
    first.mmu.takeSlots();
    second.mmu.takeSlots();
    return plain.slots.layout();
  }

  long accesses() {
    return accesses;
  }

  /** How many accesses the TLBs answered without a walk. */
  long hits() {
    return hits;
  }

  /** How many accesses faulted. */
  long faults() {
    return faults;
  }

  @Override
  public String toString() {
    return accesses + " accesses, " + hits + " hits, " + faults + " faults, " + plain.mmu;
  }
}
