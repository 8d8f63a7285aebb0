package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.pagestamp.slot.MemSlot;

/** A thread gives an Mmu up while another one tries to get it. */
@JCStressTest
@Description("A thread translates and detaches; another translates. Then the slot is deleted.")
@Outcome(
    id = "ram, refused, out of use",
    expect = Expect.ACCEPTABLE,
    desc = "The other thread was too early.")
@Outcome(
    id = "ram, ram, in use",
    expect = Expect.ACCEPTABLE,
    desc = "The other thread has it, and the deleted slot.")
@Outcome(
    id = "refused, ram, in use",
    expect = Expect.ACCEPTABLE,
    desc = "The other thread was first, and has it.")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "Nobody is said to use the slot, although the other thread may.")
@State
public class DetachedMmu extends MachinePart {
  private static final StressMachine MACHINE = new StressMachine();

  private String first;
  private String second;

  /** For jcstress. */
  public DetachedMmu() {
    super(MACHINE, true, 0);
  }

  /** Translates, then gives the Mmu up. */
  @Actor
  public void first() {
    first = translated();
    if (!first.equals("refused")) {
      mmu().detach();
    }
  }

  /** Translates. */
  @Actor
  public void second() {
    second = translated();
  }

  private String translated() {
    try {
      return holder(translateRead());
    } catch (WrongThreadException _) {
      return "refused";
    }
  }

  /** Tells both answers, and whether the deleted slot is in use. */
  @Arbiter
  public void after(LLL_Result r) {
    r.r1 = first;
    r.r2 = second;
    MemSlot _ = slots().delete(StressMachine.DATA_ID);
    r.r3 = use(isOutOfUse());
  }
}
