package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.pagestamp.mode.PagingMode;

/** Two virtual CPUs set bits of neighbouring 4-byte entries, which share 8 bytes. */
@JCStressTest
@Description("2-level: two vCPUs use neighbouring leaves.")
@Outcome(id = "old A D, new A", expect = Expect.ACCEPTABLE, desc = "Each leaf has its bits.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A bit of one or the other is lost.")
@State
public class Neighbours32 extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.TWO_LEVEL);

  /** For jcstress. */
  public Neighbours32() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void writer() {
    long _ = write();
  }

  /** Reads the page next to it. */
  @Actor
  public void reader() {
    long _ = readNeighbour();
  }

  /** Tells both leaves. */
  @Arbiter
  public void after(LL_Result r) {
    r.r1 = leaf();
    r.r2 = neighbour();
  }
}
