package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.pagestamp.mode.EntryBits;

/** Who has waited after a log was turned on finds every later store in it. */
@JCStressTest
@Description(
    "A vCPU stores and stops; the host turns the dirty log on, asks for use, and looks at memory.")
@Outcome(
    id = "out of use, stored, (logged|not logged)",
    expect = Expect.ACCEPTABLE,
    desc = "The host has seen the store.")
@Outcome(
    id = "out of use, empty, logged",
    expect = Expect.ACCEPTABLE,
    desc = "The store came later; it is in the log.")
@Outcome(
    id = "in use, (empty|stored), (logged|not logged)",
    expect = Expect.ACCEPTABLE,
    desc = "The virtual CPU used a layout without the log.")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc =
        "A store after the layout without the log was said to be out of use, and it is not in the"
            + " log.")
@State
public class AwaitedLog extends MachinePart {
  private static final StressMachine MACHINE = new StressMachine();

  private boolean outOfUse;
  private long seen;

  /** For jcstress. */
  public AwaitedLog() {
    super(MACHINE, true, EntryBits.A | EntryBits.D);
  }

  /** Stores, then stops. */
  @Actor
  public void vcpu() {
    store();
    mmu().detach();
  }

  /** Turns the log on, asks whether the slot is in use without it, and looks at memory. */
  @Actor
  public void host() {
    slots().logDirty(StressMachine.DATA_ID, true);
    outOfUse = isOutOfUse();
    seen = data();
  }

  /** Tells whether the old slot was in use, what memory had then, and whether the log has it. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = use(outOfUse);
    r.r2 = data(seen);
    r.r3 = log();
  }
}
