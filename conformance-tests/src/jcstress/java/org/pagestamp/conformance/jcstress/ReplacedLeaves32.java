package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLLL_Result;
import org.pagestamp.mode.PagingMode;

/** The guest replaces two neighbouring 4-byte entries, which share 8 bytes. */
@JCStressTest
@Description("2-level: a vCPU writes; the guest replaces the leaf and its neighbour by XCHG.")
@Outcome(
    id = "old A D, old A D, new, swapped",
    expect = Expect.ACCEPTABLE,
    desc = "The walk was first; the guest took its bits.")
@Outcome(
    id = "new A D, old, new A D, swapped",
    expect = Expect.ACCEPTABLE,
    desc = "The guest was first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An entry is back, its D is lost, or it is torn.")
@State
public class ReplacedLeaves32 extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.TWO_LEVEL);

  private long answer;
  private long taken;

  /** For jcstress. */
  public ReplacedLeaves32() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void vcpu() {
    answer = write();
  }

  /** Maps the new page and swaps its neighbour out. */
  @Actor
  public void guest() {
    taken = exchangeLeaf(newPage());
    long _ = exchangeNeighbour(swapped());
  }

  /** Tells the answer, what the guest took, the leaf, and its neighbour. */
  @Arbiter
  public void after(LLLL_Result r) {
    r.r1 = answer(answer);
    r.r2 = entry(taken);
    r.r3 = leaf();
    r.r4 = neighbour();
  }
}
