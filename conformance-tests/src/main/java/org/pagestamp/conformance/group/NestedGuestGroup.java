package org.pagestamp.conformance.group;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.pagestamp.conformance.Answers;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Stage2Failure;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.nested.Stage2Labels;
import org.pagestamp.guest.CpuOptions;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Guests;
import org.pagestamp.guest.ListedAnswers;
import org.pagestamp.guest.QemuListing;
import org.pagestamp.guest.ShippedGuests;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.WalkResult;

/**
 * Every page of real guests, whose frames a stage 2 scatters: the guest's own part of the answer is
 * what QEMU said, and the page is where stage 2 has it.
 */
final class NestedGuestGroup implements CaseGroup {
  private static final int WIDTH = 52;

  private final List<String> guests;

  /** The guests given; if there are none, the shipped ones. */
  NestedGuestGroup(List<String> guests) {
    this.guests = guests.isEmpty() ? ShippedGuests.names() : List.copyOf(guests);
  }

  @Override
  public String name() {
    return "nested-guests";
  }

  @Override
  public String purpose() {
    return "every page of real guests over EPT and NPT that scatter them, against QEMU's listing";
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
        PagingMode mode = guest.role().mode();
        Optional<QemuListing> listing = guest.listing();
        if (listing.isPresent() && modes.contains(mode)) {
          for (Stage2Role stage2 : stage2Roles()) {
            Trial trial = trials.apply(mode).ofMode(Stage2Labels.of(mode, stage2));
            run(guest, listing.get(), stage2, trial);
          }
        }
      } catch (GuestFormatException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
  }

  private static List<Stage2Role> stage2Roles() {
    Role host = Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(WIDTH), Control.NXE);
    return List.of(
        EptRole.of(EptMode.EPT4, WIDTH, EptOption.ACCESSED_DIRTY, EptOption.TWO_MEG_PAGES),
        NptRole.of(host));
  }

  private static void run(Guest guest, QemuListing listing, Stage2Role stage2, Trial trial)
      throws GuestFormatException {
    if (trial.stopped()) {
      return;
    }
    if (trial.subject().stage2().isEmpty()) {
      trial.skipped(listing.pageCount());
      return;
    }
    SortedSet<Long> chunks = new TreeSet<>();
    ListedAnswers.forEach(
        guest,
        listing,
        (_, expected, _) -> {
          if (!WalkResult.isFault(expected)) {
            chunks.add(WalkResult.pageGpa(expected) >>> 21);
          }
          return true;
        });
    try (Machine flat = GuestMachine.of(guest, MemoryKind.NATIVE);
        ScatteredMachine machine =
            new ScatteredMachine(flat, stage2, chunks, trial.subject().memoryKind())) {
      new Walks(guest, machine, stage2, trial).run(listing);
    }
  }

  /** The walks of one guest over one stage 2. */
  private static final class Walks {
    private final Guest guest;
    private final ScatteredMachine machine;
    private final Trial trial;
    private final Subject subject;
    private final NestedWalker walker;
    private final NestedState state = new NestedState();
    private Cr3Load load;

    Walks(Guest guest, ScatteredMachine machine, Stage2Role stage2, Trial trial) {
      this.guest = guest;
      this.machine = machine;
      this.trial = trial;
      subject = trial.subject();
      NestedRole role = NestedRole.kvm(guest.role(), stage2);
      walker = subject.stage2().orElseThrow().nested().apply(role, machine.layout());
      state.stage2().root(machine.root());
    }

    void run(QemuListing listing) throws GuestFormatException {
      load = walker.loadCr3(state, guest.vcpu().cr3());
      ListedAnswers.forEach(
          guest,
          listing,
          (gva, expected, known) -> {
            List<String> problems = problems(gva, expected, known);
            if (problems.isEmpty()) {
              trial.passed(1);
            } else {
              trial.failed(new Stage2Failure(problems, Optional.empty()));
            }
            return !trial.stopped();
          });
    }

    private List<String> problems(long gva, long expected, long known) {
      List<String> problems = new ArrayList<>();
      try {
        long answer =
            load == Cr3Load.LOADED
                ? walker.walk(state, gva, ListedAnswers.ACCESS)
                : Answers.CR3_REFUSED;
        long gpa = WalkResult.pageGpa(expected);
        boolean fault = WalkResult.isFault(expected);
        long right = fault ? expected : expected ^ gpa ^ machine.host(gpa);
        problems.addAll(Answers.differences(subject, right, answer, known));
        if (!fault && (state.guestGpa() & -0x1000L) != gpa) {
          problems.add("the guest's tables lead to 0x" + Long.toHexString(state.guestGpa()));
        }
        if (NestedResult.isStage2Fault(answer)) {
          problems.add(
              String.format(
                  Locale.ROOT,
                  "%s, gpa 0x%x",
                  NestedResult.toString(answer),
                  state.stage2().gpa()));
        }
      } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
        problems.add(CaseFailure.thrown(e));
      }
      if (!problems.isEmpty()) {
        problems.add(
            String.format(Locale.ROOT, "guest %s at 0x%x, %s", guest.name(), gva, walker.role()));
      }
      return problems;
    }
  }
}
