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

/** The guest changes a part of a leaf by LOCK CMPXCHG of 1, 2, 4 or 8 bytes. */
@JCStressTest
@Description("A vCPU writes; the guest sets a software bit of the leaf by a loop of LOCK CMPXCHG.")
@Outcome(
    id = "old A D, old A D, software bit",
    expect = Expect.ACCEPTABLE,
    desc = "Nothing is lost.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A or D of the walk, or the guest's bit, is lost.")
@State
public class ExchangedLeaf extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long answer;

  /** For jcstress. */
  public ExchangedLeaf() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void vcpu() {
    answer = write();
  }

  /** Sets the bit. */
  @Actor
  public void guest() {
    setSoftwareBit();
  }

  /** Tells the answer, the leaf without the bit, and the bit. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = answer(answer);
    r.r2 = leafWithoutSoftwareBit();
    r.r3 = softwareBit();
  }
}
