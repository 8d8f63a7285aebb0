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

/** The guest changes a leaf of a table that is not in use, then points to the table. */
@JCStressTest
@Description("A vCPU reads; the guest changes a leaf, then the directory entry that leads to it.")
@Outcome(
    id = "old A, new read-only",
    expect = Expect.ACCEPTABLE,
    desc = "The walk went by the first table.")
@Outcome(
    id = "new A read-only, new A read-only",
    expect = Expect.ACCEPTABLE,
    desc = "The walk went by the second table, and saw the changed leaf.")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "The walk saw the directory entry and not what was stored before it.")
@State
public class PublishedTable extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long answer;

  /** For jcstress. */
  public PublishedTable() {
    super(GUEST);
  }

  /** Reads the page. */
  @Actor
  public void vcpu() {
    answer = read();
  }

  /** Changes the second table, then points to it. */
  @Actor
  public void guest() {
    setSecondLeaf(newPage() & ~EntryBits.W);
    setDirectory(table(1));
  }

  /** Tells the answer and the leaf. */
  @Arbiter
  public void after(LL_Result r) {
    r.r1 = answer(answer);
    r.r2 = secondLeaf();
  }
}
