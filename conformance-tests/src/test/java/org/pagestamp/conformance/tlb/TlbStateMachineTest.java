package org.pagestamp.conformance.tlb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import net.jqwik.api.state.Transformer;

/**
 * A guest that obeys the rules of invalidation cannot tell the TLB from walking each time, over
 * interpreted and over generated walkers: 250,000 steps.
 */
class TlbStateMachineTest {
  private static final int STEPS = 500;
  private static final int GUESTS = 500;

  @Provide
  Arbitrary<ActionChain<TlbTrial>> guests() {
    return ActionChain.startWith(TlbTrial::new).withAction(anyStep()).withMaxTransformations(STEPS);
  }

  private static Action.Independent<TlbTrial> anyStep() {
    return () ->
        Arbitraries.randomValue(RandomSteps::next)
            .map(step -> Transformer.transform(step.toString(), trial -> trial.then(step)));
  }

  @Property(seed = "5", tries = GUESTS, edgeCases = EdgeCasesMode.NONE)
  void noObedientGuestCanTell(@ForAll("guests") ActionChain<TlbTrial> guest) {
    TlbTrial trial = guest.run();
    trial.compareMemory();
    assertEquals(STEPS, guest.transformations().size());
  }
}
