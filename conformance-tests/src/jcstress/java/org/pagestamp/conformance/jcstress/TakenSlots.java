package org.pagestamp.conformance.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotReader;
import org.pagestamp.slot.SlotSnapshot;

/** The first take of a reader, which nobody waits for before. */
@JCStressTest
@Description("A reader takes the slots; the host deletes one and asks for its use.")
@Outcome(id = "old, in use", expect = Expect.ACCEPTABLE, desc = "The reader has the deleted slot.")
@Outcome(
    id = "new, (in use|out of use)",
    expect = Expect.ACCEPTABLE,
    desc = "The reader does not have it; the host may have asked while it was not known.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The reader has a slot that is said to be out of use.")
@State
public class TakenSlots {
  private static final StressMachine MACHINE = new StressMachine();

  private final MemorySlots slots = MACHINE.slots();
  private final SlotReader reader = slots.reader();
  private final SlotSnapshot old = slots.snapshot();

  private SlotSnapshot taken;
  private boolean outOfUse;

  /** Takes the slots. */
  @Actor
  public void reader() {
    taken = reader.take();
  }

  /** Deletes the slot and asks whether it is in use. */
  @Actor
  public void host() {
    MemSlot _ = slots.delete(StressMachine.TABLES_ID);
    outOfUse = MachinePart.isOutOfUse(slots);
  }

  /** Tells what the reader has, and whether the slot was in use. */
  @Arbiter
  public void after(LL_Result r) {
    r.r1 = taken == old ? "old" : "new";
    r.r2 = MachinePart.use(outOfUse);
  }
}
