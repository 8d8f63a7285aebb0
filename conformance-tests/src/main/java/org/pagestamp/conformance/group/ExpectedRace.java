package org.pagestamp.conformance.group;

import static org.pagestamp.conformance.rules.PagingRules.A;
import static org.pagestamp.conformance.rules.PagingRules.D;

import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/**
 * What must come of an access while another virtual CPU changes entries, by KVM's rule: A and D are
 * set from the root down, each by a compare-and-set of the whole entry with the value that the walk
 * has checked. If it fails the walk starts over, reads and checks everything again, and what it set
 * before stays. {@link Walker#MAX_TRIES} bounds the walks.
 */
final class ExpectedRace {
  private final ExpectedWalk walk;
  private final ExpectedMemory memory;

  ExpectedRace(ExpectedWalk walk, ExpectedMemory memory) {
    this.walk = walk;
    this.memory = memory;
  }

  /** The right answer; memory becomes what it must be. */
  long access(long gva, int access, OtherVcpu other) {
    boolean write = (access & Access.WRITE) != 0;
    for (int tries = 0; tries < Walker.MAX_TRIES; tries++) {
      long answer = walk.translate(gva, access);
      if (WalkResult.isFault(answer)) {
        return answer;
      }
      if (update(write, other)) {
        answer |= walk.wanted(walk.lowest(), write) & (A | D);
        return answer;
      }
    }
    return WalkResult.fault(FaultReason.UPDATE_CONTENDED, walk.rules().codeOf(access), 0);
  }

  private boolean update(boolean write, OtherVcpu other) {
    for (int level = walk.top(); level >= walk.lowest(); level--) {
      long wanted = walk.wanted(level, write);
      if (wanted != walk.before(level)) {
        other.beforeUpdate(walk.gpa(level), memory);
        if (memory.load(walk.gpa(level)) != walk.before(level)) {
          return false;
        }
        memory.store(walk.gpa(level), wanted);
      }
    }
    return true;
  }
}
