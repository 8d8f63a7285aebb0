package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkStep;

/**
 * A guest whose tables are garbage. Our own walkers walk them in guarded memory, or through
 * accessors that check each use; other subjects in a machine.
 */
final class HostileGuest implements AutoCloseable {
  private static final int MOST_TABLES = 16;
  private static final long SMALL = 128 * 1024;

  private final Role role;
  private final List<VectorSlot> slots;
  private final Machine machine;
  private final GuardedMemory memory;
  private final TriedMmu mmu;
  private final WellFormed wellFormed;
  private final int mostUses;
  private boolean started;
  private boolean loaded;
  private long cr3;
  private int pkru;
  private int pkrs;
  private long gva;
  private int access;
  private long answer;

  private HostileGuest(Subject subject, Role role, List<VectorSlot> slots, boolean strict) {
    this.role = role;
    this.slots = slots;
    if (subject instanceof WalkerSubject ours) {
      machine = null;
      memory = new GuardedMemory(role.mode(), slots, ours.memoryKind(), strict);
      mmu = new TriedMmu(new HostileMmu(ours.engine().walker(role, memory.layout())));
    } else {
      machine = new Machine(role, slots, subject.memoryKind());
      memory = new GuardedMemory(machine, slots);
      mmu = new TriedMmu(subject, machine);
    }
    wellFormed = new WellFormed(role, memory.layout(), subject.reports());
    // A walk reads each level once and updates it once. A table that is its own page changes under
    // the walk, which then starts over, but never more often than it has levels. A probe comes too.
    int levels = role.mode().topLevel();
    mostUses = 2 * levels * (levels + 1) + levels;
  }

  /** The guest of a case, about to make its access. */
  static HostileGuest of(Subject subject, ConformanceCase made, boolean strict) {
    HostileGuest guest = new HostileGuest(subject, made.role(), made.slots(), strict);
    for (VectorEntry entry : made.memory()) {
      if (guest.memory.layout().indexOf(entry.gpa() >>> MemSlot.PAGE_SHIFT) >= 0) {
        guest.memory.store(entry.gpa(), entry.value(), entry.width());
      }
    }
    guest.memory.accept();
    guest.cr3 = made.cr3();
    guest.pkru = made.pkru();
    guest.pkrs = made.pkrs();
    guest.gva = made.gva();
    guest.access = made.access();
    guest.loaded = guest.mmu.loadCr3(guest.cr3);
    guest.mmu.keys(guest.pkru, guest.pkrs);
    return guest;
  }

  /** The garbage and the accesses of a guest. */
  static final class Life {
    private final RandomGenerator random;
    private final GarbageTables tables;
    private final HostileGuest guest;

    /** A new guest, which a mode and a seed make. */
    Life(Subject subject, PagingMode mode, long seed) {
      random = new SplittableRandom(seed);
      Role role = RandomRoles.role(mode, random);
      List<VectorSlot> slots = RandomLayouts.slots(role, RandomLayouts.count(random), random);
      List<Long> pages = RandomLayouts.pages(slots, MOST_TABLES, random);
      tables = new GarbageTables(role, slots, pages, random);
      guest = new HostileGuest(subject, role, slots, isStrict(seed));
      pages.forEach(page -> tables.fill(guest.memory, page));
      guest.memory.accept();
    }

    HostileGuest guest() {
      return guest;
    }

    /** Chooses the next access, changing registers before it now and then. */
    void next() {
      if (!guest.started || random.nextInt(8) == 0) {
        guest.cr3 = tables.root();
        guest.loaded |= guest.mmu.loadCr3(guest.cr3);
        guest.pkru = tables.keys();
        guest.pkrs = tables.keys();
        guest.mmu.keys(guest.pkru, guest.pkrs);
        guest.started = true;
      }
      guest.gva = tables.gva();
      do {
        guest.access = random.nextInt(Access.LIMIT);
      } while (!Access.isValid(guest.access));
    }
  }

  /** Whether the guest of a seed is behind accessors, if it is one of our walkers'. */
  static boolean isStrict(long seed) {
    return (seed & 1) != 0;
  }

  Role role() {
    return role;
  }

  /** Whether memory is small enough to be looked through after each access. */
  boolean isSmall() {
    return memory.byteSize() <= SMALL;
  }

  /**
   * Makes the access.
   *
   * @param lookAtMemory whether to look at all of memory afterwards; else only at the answer
   * @return what is wrong, a sentence each
   */
  List<String> walk(boolean lookAtMemory) {
    if (!loaded && !mmu.threw()) {
      return List.of(); // nothing to walk with: the subject refused every CR3 so far
    }
    int _ = memory.takeUses(); // those of loading PDPTEs
    answer = mmu.access(gva, access);
    if (mmu.threw()) {
      return List.of(mmu.thrown());
    }
    List<String> problems = new ArrayList<>(wellFormed.problems(gva, access, answer));
    int uses = memory.takeUses();
    if (uses > mostUses) {
      problems.add(uses + " uses of entries, where " + mostUses + " are enough");
    }
    if (lookAtMemory) {
      // Where memory is looked at after each walk, a fault must have left it as it was.
      problems.addAll(memory.damage(!isSmall() || !WalkResult.isFault(answer)));
    }
    return problems;
  }

  long answer() {
    return answer;
  }

  /** The access with the entries on its way, as they are now. */
  ConformanceCase asCase() {
    Map<Long, VectorEntry> entries = new LinkedHashMap<>();
    int width = role.mode().entryBytes();
    VcpuState vcpu = new VcpuState();
    vcpu.cr3(cr3);
    vcpu.pkru(pkru);
    vcpu.pkrs(pkrs);
    for (int i = 0; i < 4 && role.mode() == PagingMode.PAE; i++) {
      long gpa = (cr3 & PagingMode.PAE.rootMask()) + i * 8L;
      if (memory.layout().indexOf(gpa >>> MemSlot.PAGE_SHIFT) >= 0) {
        vcpu.pdpte(i, memory.load(gpa));
        entries.put(gpa, new VectorEntry(gpa, memory.load(gpa), width));
      }
    }
    InterpretedWalker walker = new InterpretedWalker(role, memory.layout());
    for (WalkStep step : walker.explain(vcpu, gva, access).steps()) {
      if (step.slot() >= 0) {
        entries.put(step.entryGpa(), new VectorEntry(step.entryGpa(), step.entry(), width));
      }
    }
    return new ConformanceCase(
        role, slots, new ArrayList<>(entries.values()), cr3, pkru, pkrs, gva, access);
  }

  @Override
  public void close() {
    memory.close();
    if (machine != null) {
      machine.close();
    }
  }
}
