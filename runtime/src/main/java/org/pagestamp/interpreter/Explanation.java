package org.pagestamp.interpreter;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkRecord;
import org.pagestamp.walk.WalkStep;
import org.pagestamp.walk.WalkTrace;

/** Turns the record that a probe left behind into a trace. */
final class Explanation {
  private final InterpretedWalker walker;
  private final VcpuState vcpu;
  private final WalkRecord record;
  private final long gva;
  private final int access;
  private final long result;
  private final WalkSteps found;

  Explanation(InterpretedWalker walker, VcpuState vcpu, long gva, int access, long result) {
    this.walker = walker;
    this.vcpu = vcpu;
    this.record = vcpu.record();
    this.gva = gva;
    this.access = access;
    this.result = result;
    boolean write = (access & Access.WRITE) != 0;
    found = new WalkSteps(walker.role(), walker.layout(), record, gva, write);
  }

  WalkTrace trace() {
    return new WalkTrace(
        walker.role(),
        gva,
        access,
        steps(),
        found.rule(result, walker.permissions(), access),
        result);
  }

  private List<WalkStep> steps() {
    PagingMode mode = walker.role().mode();
    FaultReason reason = WalkSteps.reason(result);
    if (mode == PagingMode.NO_PAGING || reason == FaultReason.NON_CANONICAL) {
      return List.of();
    }
    List<WalkStep> steps = new ArrayList<>();
    if (mode == PagingMode.PAE && !walker.role().readsPdptes()) {
      steps.add(found.register(vcpu.pdpte(mode.level(3).index(gva))));
    }
    int refused = found.refusedLevel(result);
    for (int level = record.top(); level >= record.lowest(); level--) {
      steps.add(found.recorded(level, found.isUpdated(level, result), refused));
    }
    if (reason == FaultReason.TABLE_IN_NO_SLOT) {
      PagingLevel level = mode.level(record.lowest() - 1);
      steps.add(
          found.hole(
              level.number(), missingTable(mode) + (long) level.index(gva) * mode.entryBytes()));
    }
    return steps;
  }

  private long missingTable(PagingMode mode) {
    if (record.lowest() <= record.top()) {
      return record.entry(record.lowest()) & mode.tableMask();
    }
    return mode == PagingMode.PAE && !walker.role().readsPdptes()
        ? vcpu.pdpte(mode.level(3).index(gva)) & mode.tableMask()
        : vcpu.cr3() & mode.rootMask();
  }
}
