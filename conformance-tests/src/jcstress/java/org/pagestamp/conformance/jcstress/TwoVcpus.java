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

/** Two virtual CPUs set bits of one leaf. */
@JCStressTest
@Description("A vCPU writes, another reads: D and A of one leaf.")
@Outcome(
    id = "old A, old A D, first table A",
    expect = Expect.ACCEPTABLE,
    desc = "The reader set A before the writer set D.")
@Outcome(
    id = "old A D, old A D, first table A",
    expect = Expect.ACCEPTABLE,
    desc = "The reader found both bits set.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A bit is lost.")
@State
public class TwoVcpus extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long answer;

  /** For jcstress. */
  public TwoVcpus() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void writer() {
    long _ = write();
  }

  /** Reads the page. */
  @Actor
  public void reader() {
    answer = readElsewhere();
  }

  /** Tells the reader's answer, the leaf, and the directory entry. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = answer(answer);
    r.r2 = leaf();
    r.r3 = directory();
  }
}
