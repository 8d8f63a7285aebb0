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

/** Two virtual CPUs set bits of a leaf while the guest clears A, as page ageing does. */
@JCStressTest
@Description("A vCPU writes; another reads, then clears A by LOCK AND.")
@Outcome(
    id = "old A, old A, old A D",
    expect = Expect.ACCEPTABLE,
    desc = "The write came after A was cleared.")
@Outcome(
    id = "old A, old A D, old D",
    expect = Expect.ACCEPTABLE,
    desc = "The write came between read and clearing; D stays.")
@Outcome(
    id = "old A D, old A D, old D",
    expect = Expect.ACCEPTABLE,
    desc = "The write came before the read; D stays.")
@Outcome(expect = Expect.FORBIDDEN, desc = "D is lost, or A set again by nobody.")
@State
public class AgedLeaf extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long answer;
  private long taken;

  /** For jcstress. */
  public AgedLeaf() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void writer() {
    long _ = write();
  }

  /** Reads the page, then clears A. */
  @Actor
  public void reader() {
    answer = readElsewhere();
    taken = clearInLeaf(EntryBits.A);
  }

  /** Tells the reader's answer, what it took, and the leaf. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = answer(answer);
    r.r2 = entry(taken);
    r.r3 = leaf();
  }
}
