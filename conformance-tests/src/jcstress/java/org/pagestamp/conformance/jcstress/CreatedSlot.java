package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** A slot comes while a virtual CPU reads there. */
@JCStressTest
@Description("A vCPU loads from a page; the host fills memory, then creates the page's slot.")
@Outcome(id = "hole, hole, device", expect = Expect.ACCEPTABLE, desc = "The load was first.")
@Outcome(id = "ram, ram, stored", expect = Expect.ACCEPTABLE, desc = "The load was last.")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "The answer is of one layout and the load of another, or the memory is not filled.")
@State
public class CreatedSlot extends MachinePart {
  private static final StressMachine MACHINE = new StressMachine();

  /** For jcstress. */
  public CreatedSlot() {
    super(MACHINE, false, 0);
  }

  /** Loads from the page. */
  @Actor
  public void vcpu() {
    load();
  }

  /** Fills the memory, then creates its slot. */
  @Actor
  public void host() {
    fillData();
    createData();
  }

  /** Tells the answer, the Mmu's layout, and what was loaded. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = holder(result());
    r.r2 = holder(mmu().layout());
    r.r3 = data(value());
  }
}
