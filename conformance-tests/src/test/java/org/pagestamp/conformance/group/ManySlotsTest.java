package org.pagestamp.conformance.group;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.Engine;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.SlotLayout;

/** Slot lookup of both engines, from one slot up to as many as there can be. */
class ManySlotsTest {
  private final Engine interpreted = Engine.interpreted();
  private final Engine generated = Engine.generated(new Stamper());

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 64, 509, 4_096, SlotLayout.MAX_SLOTS})
  void enginesAgreeOnAnyNumberOfSlots(int count) {
    for (PagingMode mode :
        new PagingMode[] {PagingMode.TWO_LEVEL, PagingMode.PAE, PagingMode.FOUR_LEVEL}) {
      TwinGuests.of(interpreted, generated, mode, count, count).withTables().walk(200);
    }
  }
}
