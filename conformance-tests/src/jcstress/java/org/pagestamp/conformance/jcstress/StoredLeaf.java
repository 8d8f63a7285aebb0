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

/** The guest maps another page by a store of 8 bytes through the slot. */
@JCStressTest
@Description("A vCPU writes; the guest replaces the leaf by MOV through MemSlot.write.")
@Outcome(
    id = "old A D, new, new",
    expect = Expect.ACCEPTABLE,
    desc = "The walk was first; the next entry is untouched.")
@Outcome(id = "new A D, new A D, new", expect = Expect.ACCEPTABLE, desc = "The guest was first.")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "The old entry is back, an entry is torn, or the next one changed.")
@State
public class StoredLeaf extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long answer;

  /** For jcstress. */
  public StoredLeaf() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void vcpu() {
    answer = write();
  }

  /** Maps the new page. */
  @Actor
  public void guest() {
    storeLeaf(newPage());
  }

  /** Tells the answer, the leaf, and the entry next to it. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = answer(answer);
    r.r2 = leaf();
    r.r3 = neighbour();
  }
}
