package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A reader takes the dirty log under a store through the slot. */
@JCStressTest
@Description(
    "A vCPU stores through MemSlot.write; a reader takes the dirty log, and copies what it tells"
        + " of.")
@Outcome(
    id = "nothing, dirty",
    expect = Expect.ACCEPTABLE,
    desc = "The reader was first; the page is in the log.")
@Outcome(
    id = "first, clean",
    expect = Expect.ACCEPTABLE,
    desc = "The reader took the mark, and saw what was marked.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The mark is lost, or came before the store.")
@State
public class StoredAndTaken extends SlotPart {
  private static final StressSlots SLOTS = new StressSlots();

  private long copied;

  /** For jcstress. */
  public StoredAndTaken() {
    super(SLOTS, true);
  }

  /** Stores. */
  @Actor
  public void vcpu() {
    storeToPage(0, FIRST);
  }

  /** Takes the log, then copies. */
  @Actor
  public void reader() {
    copied = copy(log().getAndClear());
  }

  /** Tells what was copied, and whether the page is in the log. */
  @Arbiter
  public void after(LL_Result r) {
    r.r1 = page(copied);
    r.r2 = dirt(0);
  }
}
