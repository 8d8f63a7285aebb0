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

/** The guest clears A and D under a write. */
@JCStressTest
@Description("A vCPU writes; the guest clears A and D by LOCK AND.")
@Outcome(
    id = "old A D, old A, old A D",
    expect = Expect.ACCEPTABLE,
    desc = "The guest was first; the write set both bits.")
@Outcome(
    id = "old A D, old A D, old",
    expect = Expect.ACCEPTABLE,
    desc = "The write was first; the guest took both bits.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The write is recorded nowhere, or twice.")
@State
public class ClearedBits extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long answer;
  private long taken;

  /** For jcstress. */
  public ClearedBits() {
    super(GUEST, EntryBits.A);
  }

  /** Writes to the page. */
  @Actor
  public void vcpu() {
    answer = write();
  }

  /** Clears A and D. */
  @Actor
  public void guest() {
    taken = clearInLeaf(EntryBits.A | EntryBits.D);
  }

  /** Tells the answer, what the guest took, and the leaf. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = answer(answer);
    r.r2 = entry(taken);
    r.r3 = leaf();
  }
}
