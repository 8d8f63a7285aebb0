package org.pagestamp.conformance.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/**
 * Makes a failing case smaller: takes away entries, slots, controls and single bits as long as the
 * case still fails, so that what is left is what matters. One slot stays, since a vector has one.
 */
final class CaseShrinker {
  /** Each trial makes a machine and a walker. */
  private static final int MOST_TRIALS = 1_500;

  private final Predicate<ConformanceCase> fails;
  private ConformanceCase smallest;
  private int trials;

  private CaseShrinker(ConformanceCase failing, Predicate<ConformanceCase> fails) {
    this.smallest = failing;
    this.fails = fails;
  }

  /**
   * A smaller case that fails too.
   *
   * @param failing a case that fails
   * @param fails whether a case fails; must have no memory of earlier cases
   */
  static ConformanceCase shrink(ConformanceCase failing, Predicate<ConformanceCase> fails) {
    CaseShrinker shrinker = new CaseShrinker(failing, fails);
    return shrinker.repeat(shrinker::pass);
  }

  /** As {@link #shrink}, but takes away entries and slots only. */
  static ConformanceCase shrinkMemory(ConformanceCase failing, Predicate<ConformanceCase> fails) {
    CaseShrinker shrinker = new CaseShrinker(failing, fails);
    return shrinker.repeat(shrinker::dropMemory);
  }

  private ConformanceCase repeat(Runnable pass) {
    ConformanceCase before;
    do {
      before = smallest;
      pass.run();
    } while (!before.equals(smallest) && trials < MOST_TRIALS);
    return smallest;
  }

  private void dropMemory() {
    dropEntries();
    dropSlots();
  }

  private void pass() {
    dropMemory();
    makeSlotsWritable();
    dropControls();
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      long mask = ~(1L << bit);
      if (Access.isValid(smallest.access() & (int) mask)) {
        clear(smallest.access(), mask, value -> with(smallest.gva(), (int) value));
      }
    }
    clearBits(smallest.pkru() & 0xFFFF_FFFFL, value -> withKeys((int) value, smallest.pkrs()));
    clearBits(smallest.pkrs() & 0xFFFF_FFFFL, value -> withKeys(smallest.pkru(), (int) value));
    clearBits(smallest.cr3(), this::withCr3);
    clearBits(smallest.gva(), value -> with(value, smallest.access()));
    for (int i = 0; i < smallest.memory().size(); i++) {
      int index = i;
      clearBits(smallest.memory().get(i).value(), value -> withEntry(index, value));
    }
  }

  private void clearBits(long value, LongFunction<ConformanceCase> with) {
    if (clear(value, 0, with)) {
      return;
    }
    long left = value;
    for (int bit = 0; bit < Long.SIZE; bit++) {
      if (clear(left, ~(1L << bit), with)) {
        left &= ~(1L << bit);
      }
    }
  }

  private boolean clear(long value, long mask, LongFunction<ConformanceCase> with) {
    return (value & mask) != value && accept(with.apply(value & mask));
  }

  private boolean accept(ConformanceCase candidate) {
    if (trials >= MOST_TRIALS) {
      return false;
    }
    trials++;
    if (!fails.test(candidate)) {
      return false;
    }
    smallest = candidate;
    return true;
  }

  private void dropEntries() {
    for (int part = Math.max(1, smallest.memory().size() / 2); part > 0; part /= 2) {
      for (int from = 0; from < smallest.memory().size(); ) {
        List<VectorEntry> fewer = new ArrayList<>(smallest.memory());
        fewer.subList(from, Math.min(fewer.size(), from + part)).clear();
        from += accept(with(smallest.slots(), fewer)) ? 0 : part;
      }
    }
  }

  private void dropSlots() {
    for (int i = smallest.slots().size() - 1; i >= 0 && smallest.slots().size() > 1; i--) {
      List<VectorSlot> fewer = new ArrayList<>(smallest.slots());
      VectorSlot slot = fewer.remove(i);
      if (smallest.memory().stream().noneMatch(entry -> slot.contains(entry.gpa()))) {
        accept(with(fewer, smallest.memory()));
      }
    }
  }

  private void makeSlotsWritable() {
    for (int i = 0; i < smallest.slots().size(); i++) {
      List<VectorSlot> slots = new ArrayList<>(smallest.slots());
      VectorSlot slot = slots.get(i);
      if (slot.readOnly()) {
        slots.set(i, new VectorSlot(slot.baseGpa(), slot.byteSize(), false));
        accept(with(slots, smallest.memory()));
      }
    }
  }

  private void dropControls() {
    for (Control control : smallest.role().controls()) {
      Set<Control> fewer = new TreeSet<>(smallest.role().controls());
      fewer.remove(control);
      Role role = smallest.role();
      CpuFeatures cpu = new CpuFeatures(role.maxPhyAddr(), role.oneGigPages(), role.amd());
      accept(with(Role.of(role.mode(), cpu, fewer.toArray(Control[]::new))));
    }
  }

  private ConformanceCase with(Role role) {
    return copy(role, smallest.slots(), smallest.memory(), smallest.cr3());
  }

  private ConformanceCase with(List<VectorSlot> slots, List<VectorEntry> memory) {
    return copy(smallest.role(), slots, memory, smallest.cr3());
  }

  private ConformanceCase withCr3(long cr3) {
    return copy(smallest.role(), smallest.slots(), smallest.memory(), cr3);
  }

  private ConformanceCase withEntry(int index, long value) {
    List<VectorEntry> memory = new ArrayList<>(smallest.memory());
    VectorEntry entry = memory.get(index);
    memory.set(index, new VectorEntry(entry.gpa(), value, entry.width()));
    return with(smallest.slots(), memory);
  }

  private ConformanceCase copy(
      Role role, List<VectorSlot> slots, List<VectorEntry> memory, long cr3) {
    return new ConformanceCase(
        role,
        slots,
        memory,
        cr3,
        smallest.pkru(),
        smallest.pkrs(),
        smallest.gva(),
        smallest.access());
  }

  private ConformanceCase withKeys(int pkru, int pkrs) {
    return new ConformanceCase(
        smallest.role(),
        smallest.slots(),
        smallest.memory(),
        smallest.cr3(),
        pkru,
        pkrs,
        smallest.gva(),
        smallest.access());
  }

  private ConformanceCase with(long gva, int access) {
    return new ConformanceCase(
        smallest.role(),
        smallest.slots(),
        smallest.memory(),
        smallest.cr3(),
        smallest.pkru(),
        smallest.pkrs(),
        gva,
        access);
  }
}
