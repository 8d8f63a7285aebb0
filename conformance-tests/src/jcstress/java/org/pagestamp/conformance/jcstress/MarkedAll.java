package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** A reader marks all pages, and copies all. */
@JCStressTest
@Description("A vCPU stores; a reader marks all pages, gets the log, clears it, and copies.")
@Outcome(
    id = "empty, dirty, clean",
    expect = Expect.ACCEPTABLE,
    desc = "The store came later; the page is in the log.")
@Outcome(
    id = "first, (dirty|clean), clean",
    expect = Expect.ACCEPTABLE,
    desc = "The reader copied what was stored.")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "The store was neither copied nor is in the log, or not all pages were.")
@State
public class MarkedAll extends SlotPart {
  private static final StressSlots SLOTS = new StressSlots();

  private long copied;

  /** For jcstress. */
  public MarkedAll() {
    super(SLOTS, true);
  }

  /** Stores. */
  @Actor
  public void vcpu() {
    storeToPage(0, FIRST);
  }

  /** Marks all pages, then takes and copies them. */
  @Actor
  public void reader() {
    log().markAll();
    long[] bits = log().get();
    log().clear(0, log().pages(), bits);
    copied = copy(bits);
  }

  /** Tells what was copied, and which pages are in the log. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = page(copied);
    r.r2 = dirt(0);
    r.r3 = dirt(1);
  }
}
