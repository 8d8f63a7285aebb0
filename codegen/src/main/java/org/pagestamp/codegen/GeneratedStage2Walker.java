package org.pagestamp.codegen;

import org.pagestamp.interpreter.InterpretedStage2Walker;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.stage2.Stage2Trace;
import org.pagestamp.stage2.Stage2Walker;

/** The superclass of generated classes that walk stage 2 alone; probes are the reference's. */
abstract class GeneratedStage2Walker extends Stage2Walker {
  private InterpretedStage2Walker reference;

  GeneratedStage2Walker(Stage2Role role, SlotLayout layout) {
    super(role, layout);
  }

  /**
   * Made when it is first needed. Several threads may make one each, which is as good; all its
   * fields are final.
   */
  private InterpretedStage2Walker reference() {
    InterpretedStage2Walker made = reference;
    if (made == null) {
      made = new InterpretedStage2Walker(role(), layout());
      reference = made;
    }
    return made;
  }

  @Override
  public final long probe(Stage2State state, long gpa, int access) {
    return reference().probe(state, gpa, access);
  }

  @Override
  public final Stage2Trace explain(Stage2State state, long gpa, int access) {
    return reference().explain(state, gpa, access);
  }
}
