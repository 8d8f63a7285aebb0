package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** A slot that moves is in one place or the other. */
@JCStressTest
@Description(
    "A vCPU reads a page, then another; the host moves a slot from the first to the second.")
@Outcome(
    id = "ram, hole, ram",
    expect = Expect.ACCEPTABLE,
    desc = "Both reads were before the move.")
@Outcome(id = "ram, ram, hole", expect = Expect.ACCEPTABLE, desc = "The move came between.")
@Outcome(id = "hole, ram, hole", expect = Expect.ACCEPTABLE, desc = "Both reads were after it.")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "The slot was in no place, or the second answer is older than the first.")
@State
public class MovedSlot extends MachinePart {
  private static final StressMachine MACHINE = new StressMachine();

  private long first;
  private long second;

  /** For jcstress. */
  public MovedSlot() {
    super(MACHINE, true, 0);
  }

  /** Reads where the slot was, then where it will be. */
  @Actor
  public void vcpu() {
    first = translateRead();
    second = translateMoved();
  }

  /** Moves the slot. */
  @Actor
  public void host() {
    moveData();
  }

  /** Tells both answers, and what the Mmu's layout has in the old place. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = holder(first);
    r.r2 = holder(second);
    r.r3 = holder(mmu().layout());
  }
}
