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

/** A walk and a device write to pages whose marks share a word of the dirty log. */
@JCStressTest
@Description(
    "A vCPU writes, which sets bits in a table; a device writes to the next page, then the log is"
        + " taken.")
@Outcome(
    id = "true, true",
    expect = Expect.ACCEPTABLE,
    desc = "Both pages are in the log or were taken from it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A mark is lost.")
@State
public class TwoMarks extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  /** For jcstress. */
  public TwoMarks() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void vcpu() {
    long _ = write();
  }

  /** Writes to the next page, then takes the log. */
  @Actor
  public void device() {
    writeBesideSecondLeaf();
    long _ = takeLog();
  }

  /** Tells whether both pages are in the log or were taken. */
  @Arbiter
  public void after(LL_Result r) {
    r.r1 = isTableLogged();
    r.r2 = isSecondTableLogged();
  }
}
