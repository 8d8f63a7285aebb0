package org.pagestamp.codegen;

import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Cr3Load;

/**
 * The superclass of generated classes that walk in two dimensions. What is not for speed is left to
 * the reference: probes, which must keep their stores to themselves, and loads of CR3.
 */
abstract class GeneratedNestedWalker extends NestedWalker {
  private InterpretedNestedWalker reference;

  GeneratedNestedWalker(NestedRole role, SlotLayout layout) {
    super(role, layout);
  }

  /**
   * Made when it is first needed. Several threads may make one each, which is as good; all its
   * fields are final.
   */
  private InterpretedNestedWalker reference() {
    InterpretedNestedWalker made = reference;
    if (made == null) {
      made = new InterpretedNestedWalker(role(), layout());
      reference = made;
    }
    return made;
  }

  @Override
  public final long probe(NestedState state, long gva, int access) {
    return reference().probe(state, gva, access);
  }

  @Override
  public final NestedTrace explain(NestedState state, long gva, int access) {
    return reference().explain(state, gva, access);
  }

  @Override
  public final Cr3Load loadCr3(NestedState state, long value) {
    return reference().loadCr3(state, value);
  }
}
