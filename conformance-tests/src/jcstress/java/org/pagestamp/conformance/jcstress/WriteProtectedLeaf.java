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
import org.pagestamp.mode.PagingMode;

/** The guest takes away the right to write. */
@JCStressTest
@Description("A vCPU writes; the guest clears W by LOCK AND.")
@Outcome(
    id = "old A D, old A D, old A D read-only",
    expect = Expect.ACCEPTABLE,
    desc = "The write was first; the guest saw that it was.")
@Outcome(
    id = "forbidden, old, old read-only",
    expect = Expect.ACCEPTABLE,
    desc = "The guest was first; a fault sets no bit.")
@Outcome(expect = Expect.FORBIDDEN, desc = "W is back, or the guest does not know of the write.")
@State
public class WriteProtectedLeaf extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long answer;
  private long taken;

  /** For jcstress. */
  public WriteProtectedLeaf() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void vcpu() {
    answer = write();
  }

  /** Clears W. */
  @Actor
  public void guest() {
    taken = clearInLeaf(EntryBits.W);
  }

  /** Tells the answer, what the guest took, and the leaf. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = answer(answer);
    r.r2 = entry(taken);
    r.r3 = leaf();
  }
}
