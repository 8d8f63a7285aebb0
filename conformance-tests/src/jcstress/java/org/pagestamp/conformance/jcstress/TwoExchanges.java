package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** Two LOCK CMPXCHG of the same 1, 2, 4 or 8 bytes. */
@JCStressTest
@Description("Two vCPUs exchange the same bytes, which are zero.")
@Outcome(
    id = "exchanged, found the other's",
    expect = Expect.ACCEPTABLE,
    desc = "The first vCPU was first.")
@Outcome(
    id = "found the other's, exchanged",
    expect = Expect.ACCEPTABLE,
    desc = "The second vCPU was first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both exchanged, or neither.")
@State
public class TwoExchanges extends SlotPart {
  private static final StressSlots SLOTS = new StressSlots();

  private long first;
  private long second;

  /** For jcstress. */
  public TwoExchanges() {
    super(SLOTS, false);
  }

  /** Exchanges. */
  @Actor
  public void first() {
    first = exchange(FIRST);
  }

  /** Exchanges. */
  @Actor
  public void second() {
    second = exchange(SECOND);
  }

  /** Tells what each found. */
  @Arbiter
  public void after(LL_Result r) {
    r.r1 = found(first, SECOND);
    r.r2 = found(second, FIRST);
  }
}
