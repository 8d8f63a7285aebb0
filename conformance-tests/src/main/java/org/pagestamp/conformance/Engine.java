package org.pagestamp.conformance;

import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Walker;

/**
 * A way to make walkers, with a name for reports.
 *
 * @param name for example {@code interpreted}
 * @param maker makes a walker for a role and a slot layout
 * @param stage2 makes walkers with a second stage, if the engine can
 */
public record Engine(
    String name, BiFunction<Role, SlotLayout, Walker> maker, Optional<Stage2Engine> stage2) {
  /** Refuses null. */
  public Engine {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(maker, "maker");
    Objects.requireNonNull(stage2, "stage2");
  }

  /** An engine without a second stage. */
  public Engine(String name, BiFunction<Role, SlotLayout, Walker> maker) {
    this(name, maker, Optional.empty());
  }

  /** The reference: {@link InterpretedWalker}, and its like with a second stage. */
  public static Engine interpreted() {
    return new Engine(
        "interpreted", InterpretedWalker::new, Optional.of(Stage2Engine.interpreted()));
  }

  /** Walkers of classes that {@code stamper} generates. */
  public static Engine generated(Stamper stamper) {
    return new Engine("generated", stamper::stamp, Optional.of(Stage2Engine.generated(stamper)));
  }

  /** A walker for {@code role} over {@code layout}. */
  public Walker walker(Role role, SlotLayout layout) {
    return maker.apply(role, layout);
  }

  /** The name. */
  @Override
  public String toString() {
    return name;
  }
}
