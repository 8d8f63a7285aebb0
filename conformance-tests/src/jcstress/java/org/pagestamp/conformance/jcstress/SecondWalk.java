package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;

/** Two walks in a row, on the fast path: all bits are set already. */
@JCStressTest
@Description("A vCPU walks twice; the guest replaces the leaf by MOV.")
@Outcome(
    id = "old A D, old A D",
    expect = Expect.ACCEPTABLE,
    desc = "Both walks were before the store.")
@Outcome(
    id = "old A D, new A D",
    expect = Expect.ACCEPTABLE,
    desc = "The store came between the walks.")
@Outcome(
    id = "new A D, new A D",
    expect = Expect.ACCEPTABLE,
    desc = "Both walks were after the store.")
@Outcome(
    id = "new A D, old A D",
    expect = Expect.ACCEPTABLE_INTERESTING,
    desc = "Entries are read by plain loads, and no fence is between the walks.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An entry is torn.")
@State
public class SecondWalk extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long first;
  private long second;

  /** For jcstress. */
  public SecondWalk() {
    super(GUEST, EntryBits.A | EntryBits.D);
  }

  /** Reads the page twice. */
  @Actor
  public void vcpu() {
    first = read();
    second = read();
  }

  /** Maps the new page. */
  @Actor
  public void guest() {
    setLeaf(newPage() | EntryBits.A | EntryBits.D);
  }

  /** Tells both answers. */
  @Arbiter
  public void after(LL_Result r) {
    r.r1 = answer(first);
    r.r2 = answer(second);
  }
}
