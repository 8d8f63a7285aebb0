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

/** The guest maps another page, in PAE paging: its entries have 8 bytes too. */
@JCStressTest
@Description("PAE: a vCPU writes; the guest replaces the leaf by XCHG.")
@Outcome(
    id = "old A D, old A D, new",
    expect = Expect.ACCEPTABLE,
    desc = "The walk was first; the guest took its bits.")
@Outcome(id = "new A D, old, new A D", expect = Expect.ACCEPTABLE, desc = "The guest was first.")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "The old entry is back, its D is lost, or an entry is torn.")
@State
public class ReplacedLeafPae extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.PAE);

  private long answer;
  private long taken;

  /** For jcstress. */
  public ReplacedLeafPae() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void vcpu() {
    answer = write();
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
