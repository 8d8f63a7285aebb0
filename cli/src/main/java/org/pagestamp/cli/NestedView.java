package org.pagestamp.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Nesting;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.interpreter.InterpretedStage2Walker;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.profile.Profile;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.stage2.Stage2Trace;
import org.pagestamp.stage2.Stage2Walker;

/**
 * A nested guest as the command line looks at it.
 *
 * @param role of a walk in two dimensions
 * @param only whether addresses are guest-physical
 */
record NestedView(Guest guest, Nesting nesting, NestedRole role, boolean only) {
  /** The view of a guest; empty if it is not nested. */
  static Optional<NestedView> of(Guest guest, Stage2Mixin options, Optional<Profile> profile) {
    return guest
        .nesting()
        .map(
            nesting ->
                new NestedView(
                    guest,
                    nesting,
                    options.nestedRole(guest.role(), nesting.role(), profile),
                    options.only()));
  }

  /** Answers without effect on memory, as each engine gives them. */
  interface Prober {
    long probe(long address, int access);
  }

  /** The engines by name, the interpreted first. Both walk, as observers. */
  Map<String, Prober> probers(Engine engine) throws GuestFormatException {
    Map<String, Prober> probers = new LinkedHashMap<>();
    if (engine != Engine.GENERATED) {
      probers.put("interpreted", only ? alone(interpretedAlone()) : nested(interpreted()));
    }
    if (engine != Engine.INTERPRETED) {
      Stamper stamper = new Stamper();
      probers.put(
          "generated",
          only
              ? alone(stamper.stamp(nesting.role(), guest.layout()))
              : nested(stamper.stamp(role, guest.layout())));
    }
    return probers;
  }

  private InterpretedNestedWalker interpreted() {
    return new InterpretedNestedWalker(role, guest.layout());
  }

  private InterpretedStage2Walker interpretedAlone() {
    return new InterpretedStage2Walker(nesting.role(), guest.layout());
  }

  private Prober nested(NestedWalker walker) throws GuestFormatException {
    NestedState observer = NestedState.observer(nesting.state(guest, role));
    return (gva, access) -> walker.walk(observer, gva, access);
  }

  private Prober alone(Stage2Walker walker) {
    Stage2State observer = new Stage2State(true);
    observer.root(nesting.root());
    return (gpa, access) -> walker.walk(observer, gpa, access);
  }

  /** How a linear address is translated. */
  NestedTrace explain(long gva, int access) throws GuestFormatException {
    return interpreted().explain(nesting.state(guest, role), gva, access);
  }

  /** How a guest-physical address is translated. */
  Stage2Trace explainAlone(long gpa, int access) {
    return interpretedAlone().explain(nesting.stage2State(), gpa, access);
  }
}
