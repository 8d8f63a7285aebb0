package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** A slot becomes read-only while a virtual CPU writes there. */
@JCStressTest
@Description("A vCPU stores to a page; the host makes the page's slot read-only.")
@Outcome(id = "ram, ram, stored", expect = Expect.ACCEPTABLE, desc = "The store was first.")
@Outcome(
    id = "rom, rom, empty",
    expect = Expect.ACCEPTABLE,
    desc = "The store was last, and the device's.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The answer is of one layout and the store of another.")
@State
public class SlotMadeReadOnly extends MachinePart {
  private static final StressMachine MACHINE = new StressMachine();

  /** For jcstress. */
  public SlotMadeReadOnly() {
    super(MACHINE, true, 0);
  }

  /** Stores to the page. */
  @Actor
  public void vcpu() {
    store();
  }

  /** Makes the slot read-only. */
  @Actor
  public void host() {
    slots().readOnly(StressMachine.DATA_ID, true);
  }

  /** Tells the answer, the Mmu's layout, and memory. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = holder(result());
    r.r2 = holder(mmu().layout());
    r.r3 = data(data());
  }
}
