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

/** A TLB answers from the slots that there are. */
@JCStressTest
@Description(
    "A vCPU reads twice through its TLB, which has the page; the host deletes the page's slot.")
@Outcome(
    id = "ram, there, ram",
    expect = Expect.ACCEPTABLE,
    desc = "Both reads were before the change.")
@Outcome(
    id = "ram, there, hole",
    expect = Expect.ACCEPTABLE,
    desc = "The change came before the second read.")
@Outcome(
    id = "ram, deleted, hole",
    expect = Expect.ACCEPTABLE,
    desc = "The change came after the first read, and was seen.")
@Outcome(
    id = "hole, deleted, hole",
    expect = Expect.ACCEPTABLE,
    desc = "Both reads were after the change.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A hit of the old layout after the new one was seen.")
@State
public class TlbAndSlots extends MachinePart {
  private static final StressMachine MACHINE = new StressMachine();

  private long first;
  private String seen;
  private long second;

  /** For jcstress; the TLB has the page. */
  public TlbAndSlots() {
    super(MACHINE);
  }

  /** Reads, looks at the slots, and reads again. */
  @Actor
  public void vcpu() {
    first = translateRead();
    seen = holder(slots().layout());
    second = translateRead();
  }

  /** Deletes the slot. */
  @Actor
  public void host() {
    MemSlot _ = slots().delete(StressMachine.DATA_ID);
  }

  /** Tells the first answer, what there was, and the second answer. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = holder(first);
    r.r2 = seen.equals("hole") ? "deleted" : "there";
    r.r3 = holder(second);
  }
}
