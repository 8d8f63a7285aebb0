package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;

class ProbeTest {
  private static final List<Integer> ACCESSES =
      List.of(Access.READ, Access.WRITE, Access.FETCH, Access.USER, Access.USER | Access.WRITE);

  @ParameterizedTest
  @EnumSource
  void probesAndObserversChangeNothingAndGetTheWalksAnswer(PagingMode mode) {
    for (int access : ACCESSES) {
      for (int leaf = 0; leaf < 1 << 7; leaf++) {
        for (boolean readOnly : new boolean[] {false, true}) {
          TestGuest guest = TestGuest.of(TestGuest.role(mode));
          if (mode != PagingMode.NO_PAGING) {
            guest.entry(1, TestGuest.PAGE | leaf);
          }
          if (readOnly) {
            guest.readOnly(1, 9);
          }
          long[] before = guest.contents();
          long probed = guest.probe(access);
          guest.assertUntouched(before);
          long explained = guest.explain(access).result();
          guest.assertUntouched(before);
          VcpuState observer = VcpuState.observer(guest.vcpu());
          long observed = guest.walker().walk(observer, guest.gva(), access);
          guest.assertUntouched(before);
          long[] batch = {0};
          guest.walker().walkAll(observer, new long[] {guest.gva()}, access, batch);
          guest.assertUntouched(before);
          long walked = guest.walk(access);
          assertEquals(WalkResult.toString(walked), WalkResult.toString(probed));
          assertEquals(walked, probed);
          assertEquals(walked, explained);
          assertEquals(walked, observed);
          assertEquals(walked, batch[0]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void aSecondWalkGivesTheSameAnswerAndStoresNothing(PagingMode mode) {
    for (int access : ACCESSES) {
      TestGuest guest = TestGuest.of(TestGuest.role(mode));
      RecordingMemory memory = guest.record();
      long first = guest.walk(access);
      int updates = memory.updates().size();
      assertEquals(first, guest.walk(access));
      assertEquals(updates, memory.updates().size());
    }
  }
}
