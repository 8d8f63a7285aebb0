package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A LOCK CMPXCHG of 1, 2, 4 or 8 bytes beside a store of as many. */
@JCStressTest
@Description("A vCPU exchanges bytes; another stores to those next to them.")
@Outcome(id = "exchanged, both", expect = Expect.ACCEPTABLE, desc = "Nothing is lost.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The exchange failed, or a change is lost.")
@State
public class ExchangedNeighbours extends SlotPart {
  private static final StressSlots SLOTS = new StressSlots();

  private long found;

  /** For jcstress. */
  public ExchangedNeighbours() {
    super(SLOTS, false);
  }

  /** Exchanges. */
  @Actor
  public void vcpu() {
    found = exchange(FIRST);
  }

  /** Stores to the bytes next to it. */
  @Actor
  public void other() {
    storeBeside(SECOND);
  }

  /** Tells what the exchange found, and what both left. */
  @Arbiter
  public void after(LL_Result r) {
    r.r1 = found(found, SECOND);
    r.r2 = changed();
  }
}
