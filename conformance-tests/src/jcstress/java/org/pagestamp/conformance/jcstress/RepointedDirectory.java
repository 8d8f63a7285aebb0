package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLLL_Result;
import org.pagestamp.mode.PagingMode;

/** The guest points a directory entry to another table. */
@JCStressTest
@Description("A vCPU writes; the guest re-points the directory entry by MOV.")
@Outcome(
    id = "old A D, old A D, new, second table",
    expect = Expect.ACCEPTABLE,
    desc = "The walk went by the first table.")
@Outcome(
    id = "new A D, old, new A D, second table A",
    expect = Expect.ACCEPTABLE,
    desc = "The walk went by the second table.")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "Bits are in a table that was not walked, or the old entry is back.")
@State
public class RepointedDirectory extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long answer;

  /** For jcstress. */
  public RepointedDirectory() {
    super(GUEST);
  }

  /** Writes to the page. */
  @Actor
  public void vcpu() {
    answer = write();
  }

  /** Points to the second table. */
  @Actor
  public void guest() {
    setDirectory(table(1));
  }

  /** Tells the answer, the leaves of both tables, and the directory entry. */
  @Arbiter
  public void after(LLLL_Result r) {
    r.r1 = answer(answer);
    r.r2 = leaf();
    r.r3 = secondLeaf();
    r.r4 = directory();
  }
}
