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

/** A probe stores nothing. */
@JCStressTest
@Description("A vCPU probes; the guest replaces the leaf by XCHG.")
@Outcome(
    id = "old A D, old, new",
    expect = Expect.ACCEPTABLE,
    desc = "The probe was first; it tells the bits that a walk would set.")
@Outcome(id = "new A D, old, new", expect = Expect.ACCEPTABLE, desc = "The guest was first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The probe stored something, or an entry is torn.")
@State
public class ProbedLeaf extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long answer;
  private long taken;

  /** For jcstress. */
  public ProbedLeaf() {
    super(GUEST);
  }

  /** Probes for a write. */
  @Actor
  public void vcpu() {
    answer = probe();
  }

  /** Maps the new page. */
  @Actor
  public void guest() {
    taken = exchangeLeaf(newPage());
  }

  /** Tells the answer, what the guest took, and the leaf. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = answer(answer);
    r.r2 = entry(taken);
    r.r3 = leaf();
  }
}
