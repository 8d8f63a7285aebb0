package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;

/** Another table with other rights, on the fast path: all bits are set already. */
@JCStressTest
@Description(
    "A vCPU reads; the guest re-points the directory entry to a table without the right to write.")
@Outcome(id = "old A D", expect = Expect.ACCEPTABLE, desc = "By the first table, with its rights.")
@Outcome(
    id = "new A D read-only",
    expect = Expect.ACCEPTABLE,
    desc = "By the second table, with its rights.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The page of one table with the rights of the other.")
@State
public class DirectoryRights extends GuestPart {
  private static final StressGuest GUEST = new StressGuest(PagingMode.FOUR_LEVEL);

  private long answer;

  /** For jcstress. */
  public DirectoryRights() {
    super(GUEST, EntryBits.A | EntryBits.D);
  }

  /** Reads the page. */
  @Actor
  public void vcpu() {
    answer = read();
  }

  /** Points to the second table, without W. */
  @Actor
  public void guest() {
    setDirectory((table(1) | EntryBits.A) & ~EntryBits.W);
  }

  /** Tells the answer. */
  @Arbiter
  public void after(L_Result r) {
    r.r1 = answer(answer);
  }
}
