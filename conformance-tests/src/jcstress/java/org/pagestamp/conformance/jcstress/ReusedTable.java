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

/** The guest re-points a directory entry and reuses the table for something else. */
@JCStressTest
@Description(
    "A vCPU writes; the guest re-points the directory entry, then overwrites the old leaf.")
@Outcome(id = "old A D, swapped, new", expect = Expect.ACCEPTABLE, desc = "The walk was first.")
@Outcome(
    id = "no page, swapped, new",
    expect = Expect.ACCEPTABLE,
    desc = "The walk read the directory before the stores and the leaf after them.")
@Outcome(
    id = "new A D, swapped, new A D",
    expect = Expect.ACCEPTABLE,
    desc = "The walk went by the second table.")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "The walk overwrote what the guest keeps in the table's place.")
@State
public class ReusedTable extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long answer;

  /** For jcstress. */
  public ReusedTable() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void vcpu() {
    answer = write();
  }

  /** Points to the second table, then overwrites the first. */
  @Actor
  public void guest() {
    setDirectory(table(1));
    setLeaf(swapped());
  }

  /** Tells the answer and the leaves of both tables. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = answer(answer);
    r.r2 = leaf();
    r.r3 = secondLeaf();
  }
}
