package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.pagestamp.mode.PagingMode;

/** The guest unmaps a page before it maps another. */
@JCStressTest
@Description("A vCPU writes; the guest swaps the leaf out by XCHG, then maps another page.")
@Outcome(id = "old A D, old A D, new", expect = Expect.ACCEPTABLE, desc = "The walk was first.")
@Outcome(
    id = "no page, old, new",
    expect = Expect.ACCEPTABLE,
    desc = "The walk came between the two stores.")
@Outcome(id = "new A D, old, new A D", expect = Expect.ACCEPTABLE, desc = "The walk was last.")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "Another fault, or bits in an entry that was not walked.")
@State
public class BreakBeforeMake extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long answer;
  private long taken;

  /** For jcstress. */
  public BreakBeforeMake() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void vcpu() {
    answer = write();
  }

  /** Swaps the old page out, then maps the new one. */
  @Actor
  public void guest() {
    taken = exchangeLeaf(swapped());
    setLeaf(newPage());
  }

  /** Tells the answer, what the guest took, and the leaf. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = answer(answer);
    r.r2 = entry(taken);
    r.r3 = leaf();
  }
}
