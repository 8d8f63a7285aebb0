package org.pagestamp.conformance;

import java.util.Objects;
import java.util.function.BiFunction;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.interpreter.InterpretedStage2Walker;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.stage2.Stage2Walker;

/**
 * A way to make walkers with a second stage, with a name for reports.
 *
 * @param name for example {@code interpreted}
 * @param stage2 makes a walker of stage 2 alone
 * @param choices makes a role of the guest's and that of stage 2, with the choices between them
 * @param nested makes a walker in two dimensions
 */
public record Stage2Engine(
    String name,
    BiFunction<Stage2Role, SlotLayout, Stage2Walker> stage2,
    BiFunction<Role, Stage2Role, NestedRole> choices,
    BiFunction<NestedRole, SlotLayout, NestedWalker> nested) {
  /** Refuses null. */
  public Stage2Engine {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(stage2, "stage2");
    Objects.requireNonNull(choices, "choices");
    Objects.requireNonNull(nested, "nested");
  }

  /** The reference, with KVM's choices. */
  public static Stage2Engine interpreted() {
    return interpreted(NestedRole::kvm);
  }

  /** The reference, with other choices. */
  public static Stage2Engine interpreted(BiFunction<Role, Stage2Role, NestedRole> choices) {
    return new Stage2Engine(
        "interpreted", InterpretedStage2Walker::new, choices, InterpretedNestedWalker::new);
  }

  /** The generated walkers, with KVM's choices. */
  public static Stage2Engine generated(Stamper stamper) {
    return generated(stamper, NestedRole::kvm);
  }

  /** The generated walkers, with other choices. */
  public static Stage2Engine generated(
      Stamper stamper, BiFunction<Role, Stage2Role, NestedRole> choices) {
    return new Stage2Engine("generated", stamper::stamp, choices, stamper::stamp);
  }

  /** The name. */
  @Override
  public String toString() {
    return name;
  }
}
