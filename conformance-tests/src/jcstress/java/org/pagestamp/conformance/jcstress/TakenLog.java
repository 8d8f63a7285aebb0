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

/** A reader takes the dirty log under a walk. */
@JCStressTest
@Description("A vCPU writes, which sets bits in a table; a reader takes the dirty log.")
@Outcome(
    id = "nothing, true",
    expect = Expect.ACCEPTABLE,
    desc = "The reader was first; the page is in the log.")
@Outcome(
    id = "old A D, true",
    expect = Expect.ACCEPTABLE,
    desc = "The reader took the mark, and saw what was marked.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The mark is lost, or came before the write.")
@State
public class TakenLog extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long seen;

  /** For jcstress. */
  public TakenLog() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void vcpu() {
    long _ = write();
  }

  /** Takes the log; looks at the table if its page is in it. */
  @Actor
  public void reader() {
    seen = takeLog();
  }

  /** Tells what the reader saw, and whether the table's page is in the log or was taken. */
  @Arbiter
  public void after(LL_Result r) {
    r.r1 = seen < 0 ? "nothing" : entry(seen);
    r.r2 = isTableLogged();
  }
}
