package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** A LOCK CMPXCHG that changes nothing orders memory all the same. */
@JCStressTest
@Description("Two vCPUs store to a byte, exchange in vain, and load the other's byte.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The first vCPU was first.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The second vCPU was first.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both stores were first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both loads passed the stores before them.")
@State
public class FailedExchange extends SlotPart {
  private static final StressSlots SLOTS = new StressSlots();

  /** For jcstress. */
  public FailedExchange() {
    super(SLOTS, false);
  }

  /** Stores, exchanges and loads. */
  @Actor
  public void first(JJ_Result r) {
    r.r1 = storeExchangeAndLoad(0, 1);
  }

  /** Stores, exchanges and loads. */
  @Actor
  public void second(JJ_Result r) {
    r.r2 = storeExchangeAndLoad(1, 0);
  }
}
