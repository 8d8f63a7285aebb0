package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** An Mmu belongs to the first of two threads. */
@JCStressTest
@Description("Two threads translate with an Mmu that belongs to none.")
@Outcome(id = "ram, refused", expect = Expect.ACCEPTABLE, desc = "The first thread has it.")
@Outcome(id = "refused, ram", expect = Expect.ACCEPTABLE, desc = "The second thread has it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both have it, or neither.")
@State
public class ClaimedMmu extends MachinePart {
  private static final StressMachine MACHINE = new StressMachine();

  private String first;
  private String second;

  /** For jcstress. */
  public ClaimedMmu() {
    super(MACHINE, true, 0);
  }

  /** Translates. */
  @Actor
  public void first() {
    first = translated();
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

  /** Tells both answers. */
  @Arbiter
  public void after(LL_Result r) {
    r.r1 = first;
    r.r2 = second;
  }
}
