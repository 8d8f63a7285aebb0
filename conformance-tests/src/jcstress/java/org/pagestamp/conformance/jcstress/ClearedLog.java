package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** A reader gets the log, clears what it got, then copies: KVM's two steps. */
@JCStressTest
@Description(
    "A vCPU stores twice to a page, then to the next; a reader gets the log, clears it, and"
        + " copies.")
@Outcome(
    id = "nothing, dirty, dirty",
    expect = Expect.ACCEPTABLE,
    desc = "The reader got nothing; both pages stay in the log.")
@Outcome(
    id = "first, dirty, dirty",
    expect = Expect.ACCEPTABLE,
    desc = "The reader copied the first store; the second is in the log.")
@Outcome(
    id = "second, (dirty|clean), dirty",
    expect = Expect.ACCEPTABLE,
    desc = "The reader copied the second store; the other page stays.")
@Outcome(
    id = "second, clean, taken",
    expect = Expect.ACCEPTABLE,
    desc = "The reader got both pages.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A store was neither copied nor is in the log.")
@State
public class ClearedLog extends SlotPart {
  private static final StressSlots SLOTS = new StressSlots();

  private long copied;
  private boolean tookNext;

  /** For jcstress. */
  public ClearedLog() {
    super(SLOTS, true);
  }

  /** Stores twice to a page, then to the next. */
  @Actor
  public void vcpu() {
    storeToPage(0, FIRST);
    storeToPage(0, SECOND);
    storeToPage(1, FIRST);
  }

  /** Gets the log, clears the pages that it has, and copies. */
  @Actor
  public void reader() {
    long[] bits = log().get();
    log().clear(0, log().pages(), bits);
    copied = copy(bits);
    tookNext = (bits[0] & 2) != 0;
  }

  /** Tells what was copied, and which pages are in the log or were taken. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = page(copied);
    r.r2 = dirt(0);
    r.r3 = tookNext ? "taken" : dirt(1);
  }
}
