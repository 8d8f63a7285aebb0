package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.pagestamp.slot.MemSlot;

/** Who has waited after a slot was deleted may close its memory. */
@JCStressTest
@Description(
    "A vCPU stores through its TLB and stops; the host deletes the slot and asks for its use.")
@Outcome(
    id = "out of use, empty, empty",
    expect = Expect.ACCEPTABLE,
    desc = "The store came later, and was the device's.")
@Outcome(
    id = "out of use, stored, stored",
    expect = Expect.ACCEPTABLE,
    desc = "The virtual CPU had stopped.")
@Outcome(
    id = "in use, empty, empty",
    expect = Expect.ACCEPTABLE,
    desc = "The virtual CPU had begun, but took the new layout.")
@Outcome(
    id = "in use, (empty|stored), stored",
    expect = Expect.ACCEPTABLE,
    desc = "The virtual CPU was using the slot.")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "A store to the slot after it was said to be out of use.")
@State
public class AwaitedDelete extends MachinePart {
  private static final StressMachine MACHINE = new StressMachine();

  private boolean outOfUse;
  private long seen;

  /** For jcstress; the TLB has the page. */
  public AwaitedDelete() {
    super(MACHINE);
  }

  /** Stores, then stops. */
  @Actor
  public void vcpu() {
    store();
    mmu().detach();
  }

  /** Deletes the slot, asks whether it is in use, and looks at its memory. */
  @Actor
  public void host() {
    MemSlot _ = slots().delete(StressMachine.DATA_ID);
    outOfUse = isOutOfUse();
    seen = data();
  }

  /** Tells whether the slot was in use, what memory had then, and what it has now. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = use(outOfUse);
    r.r2 = data(seen);
    r.r3 = data(data());
  }
}
