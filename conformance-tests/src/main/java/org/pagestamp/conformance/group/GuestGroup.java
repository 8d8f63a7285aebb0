package org.pagestamp.conformance.group;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.pagestamp.conformance.Answers;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.guest.CpuOptions;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Guests;
import org.pagestamp.guest.ListedAnswers;
import org.pagestamp.guest.QemuListing;
import org.pagestamp.guest.ShippedGuests;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkStep;

/** Every page of real guests, against what QEMU said of them. */
final class GuestGroup implements CaseGroup {
  static final String NAME = "guests";

  private final List<String> guests;

  /** The guests given; if there are none, the shipped ones. */
  GuestGroup(List<String> guests) {
    this.guests = guests.isEmpty() ? ShippedGuests.names() : List.copyOf(guests);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String purpose() {
    return "every page of real guests against QEMU's info tlb, info mem and gva2gpa";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return mode != PagingMode.NO_PAGING;
  }

  @Override
  public void run(PagingMode mode, Trial trial) throws IOException {
    runAll(List.of(mode), _ -> trial);
  }

  @Override
  public void runAll(List<PagingMode> modes, Function<PagingMode, Trial> trials)
      throws IOException {
    for (String name : guests) {
      try (Guest guest = Guests.open(name, CpuOptions.NONE)) {
        QemuListing listing =
            guest
                .listing()
                .orElseThrow(
                    () -> new IOException(name + " has no listing of QEMU to compare with"));
        if (modes.contains(guest.role().mode())) {
          run(guest, listing, trials.apply(guest.role().mode()));
        }
      } catch (GuestFormatException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
  }

  private void run(Guest guest, QemuListing listing, Trial trial) throws GuestFormatException {
    Subject subject = trial.subject();
    if (trial.stopped()) {
      return;
    }
    if (!subject.knows(guest.role())) {
      trial.skipped(listing.pageCount());
      return;
    }
    try (Machine machine = GuestMachine.of(guest, subject.memoryKind())) {
      TriedMmu mmu = new TriedMmu(subject, machine);
      boolean loaded = mmu.loadCr3(guest.vcpu().cr3());
      mmu.keys(0, 0);
      ListedAnswers.forEach(
          guest,
          listing,
          (gva, expected, known) -> {
            long actual = loaded ? mmu.access(gva, ListedAnswers.ACCESS) : Answers.CR3_REFUSED;
            List<String> differences =
                mmu.threw()
                    ? List.of(mmu.thrown())
                    : Answers.differences(subject, expected, actual, known);
            if (differences.isEmpty()) {
              trial.passed(1);
            } else {
              trial.failed(failure(guest, subject, gva, expected, actual, differences));
            }
            return !trial.stopped();
          });
    }
  }

  private static CaseFailure failure(
      Guest guest,
      Subject subject,
      long gva,
      long expected,
      long actual,
      List<String> differences) {
    List<VectorEntry> memory = new ArrayList<>();
    List<VectorEntry> after = new ArrayList<>();
    entries(guest, gva, memory, after);
    List<String> problems = new ArrayList<>(List.of("guest " + guest.name()));
    problems.addAll(differences);
    return new CaseFailure(
        NAME,
        subject.name(),
        new ConformanceCase(
            guest.role(),
            slots(guest, memory),
            memory,
            guest.vcpu().cr3(),
            0,
            0,
            gva,
            ListedAnswers.ACCESS),
        expected,
        actual,
        after,
        problems);
  }

  /** The entries that lead to {@code gva}: what there is to show of a guest's tables. */
  private static void entries(
      Guest guest, long gva, List<VectorEntry> memory, List<VectorEntry> after) {
    VcpuState vcpu = guest.vcpu();
    PagingMode mode = guest.role().mode();
    int width = mode.entryBytes();
    if (mode == PagingMode.PAE) {
      for (int i = 0; i < mode.level(3).entries(); i++) {
        long gpa = (vcpu.cr3() & mode.rootMask()) + (long) i * width;
        memory.add(new VectorEntry(gpa, vcpu.pdpte(i), width));
      }
    }
    InterpretedWalker walker = new InterpretedWalker(guest.role(), guest.layout());
    for (WalkStep step : walker.explain(vcpu, gva, ListedAnswers.ACCESS).steps()) {
      if (step.slot() >= 0 && memory.stream().noneMatch(at -> at.gpa() == step.entryGpa())) {
        memory.add(new VectorEntry(step.entryGpa(), step.entry(), width));
        after.add(new VectorEntry(step.entryGpa(), step.entryAfter(), width));
      }
    }
  }

  private static List<VectorSlot> slots(Guest guest, List<VectorEntry> memory) {
    SortedSet<Long> pages = new TreeSet<>();
    memory.forEach(entry -> pages.add(entry.page()));
    List<VectorSlot> slots = new ArrayList<>();
    for (long page : pages) {
      MemSlot slot = guest.layout().find(page >>> MemSlot.PAGE_SHIFT);
      slots.add(new VectorSlot(page, MemSlot.PAGE_SIZE, slot.isReadOnly()));
    }
    return slots;
  }
}
