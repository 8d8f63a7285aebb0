package org.pagestamp.guest;

import java.util.Locale;
import org.pagestamp.debug.Stage2Tables;
import org.pagestamp.interpreter.InterpretedStage2Walker;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.stage2.Stage2State;

/**
 * How a guest is nested in another: what stage 2 its addresses go through.
 *
 * @param role of stage 2
 * @param root EPTP or nCR3
 */
public record Nesting(Stage2Role role, long root) {
  /** A new state of stage 2 alone. */
  public Stage2State stage2State() {
    Stage2State state = new Stage2State();
    state.root(root);
    return state;
  }

  /** The tables of stage 2 in the slots of {@code guest}. */
  public Stage2Tables tables(Guest guest) {
    return new Stage2Tables(role, root, guest.layout());
  }

  /**
   * A new state with the guest's registers. PDPTEs of PAE paging are loaded behind stage 2, unless
   * {@code nested} reads them in each walk, and bit 5 of them is dropped as in {@link
   * Guest#vcpu()}.
   *
   * @throws GuestFormatException if the guest cannot have loaded them
   */
  public NestedState state(Guest guest, NestedRole nested) throws GuestFormatException {
    NestedState state = new NestedState();
    state.stage2().root(root);
    long cr3 = guest.registers().cr3();
    state.guest().cr3(cr3);
    if (guest.role().mode() == PagingMode.PAE && nested.pdpteAccess() != PdpteAccess.IN_WALK) {
      long pdptes = cr3 & PagingMode.PAE.rootMask();
      long found =
          new InterpretedStage2Walker(role, guest.layout())
              .probe(stage2State(), pdptes, Stage2Access.READ);
      if (Stage2Result.isFault(found)) {
        throw GuestFormatException.in(
            guest.name(),
            String.format(
                Locale.ROOT,
                "the PDPTEs at gpa 0x%x cannot be read: %s",
                pdptes,
                Stage2Result.toString(found)));
      }
      CpuSetup.loadPdptes(
          guest.name(),
          state.guest(),
          guest.role(),
          guest.layout(),
          Stage2Result.gpa(found, pdptes));
    }
    return state;
  }
}
