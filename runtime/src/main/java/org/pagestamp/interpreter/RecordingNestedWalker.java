package org.pagestamp.interpreter;

import static org.pagestamp.choice.ReadOnlyTables.NONE;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.choice.UpdateTiming;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedStep;
import org.pagestamp.nested.NestedStep.Purpose;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.PendingStores;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Trace;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.Rule;
import org.pagestamp.walk.WalkStep;

/**
 * Makes one probe and keeps every walk of stage 2 that it takes. Several of them share one record
 * and see what the ones before have set, so no record that is left at the end tells of them.
 */
final class RecordingNestedWalker extends InterpretedNestedWalker {
  /** A walk of stage 2; {@code pdpte} is the step of a PDPTE in memory, which no record has. */
  private static final class Walked {
    private final Purpose purpose;
    private final int level;
    private final Stage2Trace trace;
    private WalkStep pdpte;

    Walked(Purpose purpose, int level, Stage2Trace trace) {
      this.purpose = purpose;
      this.level = level;
      this.trace = trace;
    }
  }

  private final NestedState state;
  private final long gva;
  private final int access;
  private final WalkSteps found;
  private final List<Walked> walks = new ArrayList<>();
  private boolean updating;
  private long result;

  RecordingNestedWalker(
      NestedRole role, SlotLayout layout, NestedState registers, long gva, int access) {
    super(role, layout);
    state = NestedState.observer(registers);
    this.gva = gva;
    this.access = access;
    boolean write = (access & Access.WRITE) != 0;
    found = new WalkSteps(role.guest(), layout, state.guest().record(), gva, write);
  }

  /** Walks. */
  NestedTrace trace() {
    result = probe(state, gva, access);
    Rule rule =
        NestedResult.isStage2Fault(result) ? null : found.rule(result, permissions(), access);
    return new NestedTrace(role(), gva, access, steps(), rule, result);
  }

  @Override
  long translate(NestedState ofWalk, long address, int kind, PendingStores pending) {
    walks.clear(); // another try
    return super.translate(ofWalk, address, kind, pending);
  }

  @Override
  long throughStage2ToUpdate(NestedState ofWalk, int level, long gpa, PendingStores pending) {
    updating = true;
    long walked = super.throughStage2ToUpdate(ofWalk, level, gpa, pending);
    updating = false;
    return walked;
  }

  @Override
  long throughStage2(NestedState ofWalk, int level, long gpa, int kind, PendingStores pending) {
    long walked = super.throughStage2(ofWalk, level, gpa, kind, pending);
    Purpose purpose = updating ? Purpose.UPDATE : level == 0 ? Purpose.PAGE : Purpose.TABLE;
    walks.add(new Walked(purpose, level, stage2Trace(ofWalk.stage2(), kind, walked)));
    return walked;
  }

  @Override
  long readEntry(int level, int slot, long entryGpa, PendingStores pending) {
    long entry = super.readEntry(level, slot, entryGpa, pending);
    if (isPdpte(level)) {
      walks.getLast().pdpte = found.pdpteInMemory(entryGpa, slot, entry);
    }
    return entry;
  }

  private boolean isPdpte(int level) {
    return role().guest().mode() == PagingMode.PAE && level == 3 && !role().guest().readsPdptes();
  }

  private List<NestedStep> steps() {
    List<NestedStep> steps = new ArrayList<>();
    if (hasPdpteRegister()) {
      int index = PagingMode.PAE.level(3).index(gva);
      WalkStep register = found.register(state.guest().pdpte(index));
      steps.add(new NestedStep(Purpose.TABLE, 3, null, register));
    }
    for (Walked walk : walks) {
      steps.add(new NestedStep(walk.purpose, walk.level, walk.trace, entry(walk)));
    }
    return steps;
  }

  private boolean hasPdpteRegister() {
    return role().guest().mode() == PagingMode.PAE && walks.stream().noneMatch(w -> w.level == 3);
  }

  /** What was read behind a walk of stage 2; null if nothing was. */
  private WalkStep entry(Walked walk) {
    if (walk.purpose != Purpose.TABLE || Stage2Result.isFault(walk.trace.result())) {
      return null;
    }
    if (walk.pdpte != null) {
      return walk.pdpte;
    }
    if (walk == walks.getLast() && WalkSteps.reason(result) == FaultReason.TABLE_IN_NO_SLOT) {
      return found.hole(walk.level, Stage2Result.gpa(walk.trace.result(), walk.trace.gpa()));
    }
    int refused = NestedResult.isStage2Fault(result) ? 0 : found.refusedLevel(result);
    return found.recorded(walk.level, isUpdated(walk.level), refused);
  }

  /**
   * Whether the walk came to set the bits of a level. Those that stage 2 refused have not got
   * theirs, nor have the ones below.
   */
  private boolean isUpdated(int level) {
    Walked last = walks.getLast();
    if (!NestedResult.isStage2Fault(result) || role().guest().choices().readOnly() == NONE) {
      return found.isUpdated(level, result);
    }
    if (last.purpose == Purpose.UPDATE) {
      return level > last.level;
    }
    UpdateTiming timing = role().guest().choices().timing();
    return timing == UpdateTiming.EAGER
        || (timing == UpdateTiming.BEFORE_STAGE2 && last.purpose == Purpose.PAGE);
  }
}
