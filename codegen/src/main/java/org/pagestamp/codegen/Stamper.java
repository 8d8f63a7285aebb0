package org.pagestamp.codegen;

import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Walker;

/** Stamps walker classes. STUB: being written. */
public final class Stamper {
  /** A stamper that keeps up to 64 classes. */
  public Stamper() {}

  /** A walker of a class generated for this role and layout; cached. */
  public Walker stamp(Role role, SlotLayout layout) {
    return new InterpretedWalker(role, layout);
  }

  /** Generates the class without defining it. */
  public WalkerClass generate(Role role, SlotLayout layout) {
    return new WalkerClass(role.mode().label() + layout);
  }
}
