package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** Who has waited after tables became read-only finds no bit set later. */
@JCStressTest
@Description(
    "A running vCPU writes, which sets bits; the host makes the tables read-only and asks for use.")
@Outcome(
    id = "out of use, clear, clear",
    expect = Expect.ACCEPTABLE,
    desc = "The walk came later and skipped the bits.")
@Outcome(id = "out of use, A D, A D", expect = Expect.ACCEPTABLE, desc = "The walk was first.")
@Outcome(
    id = "in use, clear, (clear|A D)",
    expect = Expect.ACCEPTABLE,
    desc = "The virtual CPU might still be in the old layout.")
@Outcome(
    id = "in use, A D, A D",
    expect = Expect.ACCEPTABLE,
    desc = "The same; the walk was first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Bits set after the layout was said to be out of use.")
@State
public class AwaitedTables extends MachinePart {
  private static final StressMachine MACHINE = new StressMachine();

  private boolean outOfUse;
  private long seen;

  /** For jcstress. */
  public AwaitedTables() {
    super(MACHINE, true, 0);
  }

  /** Comes from elsewhere, writes to the page, and runs on. */
  @Actor
  public void vcpu() {
    long _ = translateMoved();
    long _ = translateWrite();
    mmu().takeSlots();
  }

  /** Makes the tables read-only, asks whether they are in use, and looks at the leaf. */
  @Actor
  public void host() {
    slots().readOnly(StressMachine.TABLES_ID, true);
    outOfUse = isOutOfUse();
    seen = leaf();
  }

  /** Tells whether the tables were in use, the leaf's bits then, and now. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = use(outOfUse);
    r.r2 = bits(seen);
    r.r3 = bits(leaf());
  }
}
