package org.pagestamp.guest;

import java.util.Locale;
import org.pagestamp.debug.Stage2Mapping;
import org.pagestamp.debug.Stage2Tables;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.walk.VcpuState;

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
    state.guest().cr3(guest.registers().cr3());
    if (guest.role().mode() == PagingMode.PAE && nested.pdpteAccess() != PdpteAccess.IN_WALK) {
      loadPdptes(guest, state.guest(), true);
    }
    return state;
  }

  /**
   * The guest's registers as they enumerate its tables: with PDPTEs, unless the guest's role reads
   * them itself, but without those that have reserved bits and are read in each walk, as they map
   * nothing.
   */
  VcpuState registers(Guest guest, NestedRole nested) throws GuestFormatException {
    NestedState state = state(guest, nested);
    if (guest.role().mode() == PagingMode.PAE
        && nested.pdpteAccess() == PdpteAccess.IN_WALK
        && !guest.role().readsPdptes()) {
      loadPdptes(guest, state.guest(), false);
    }
    return state.guest();
  }

  private void loadPdptes(Guest guest, VcpuState vcpu, boolean strict) throws GuestFormatException {
    long pdptes = vcpu.cr3() & PagingMode.PAE.rootMask();
    Stage2Mapping page = tables(guest).find(pdptes);
    if (page == null || page.illegal() || !page.readable()) {
      throw GuestFormatException.in(
          guest.name(),
          String.format(
              Locale.ROOT, "the PDPTEs at gpa 0x%x cannot be read: %s", pdptes, why(page)));
    }
    CpuSetup.loadPdptes(
        guest.name(), vcpu, guest.role(), guest.layout(), page.inSlots(pdptes), strict);
  }

  private static String why(Stage2Mapping page) {
    return page == null
        ? "stage 2 does not map them"
        : page.illegal() ? "stage 2 has something illegal there" : "stage 2 does not allow it";
  }
}
