package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/** A slot where reserved address bits lead does not make them less reserved. */
class SlotBeyondWidthTest {
  private static final long BEYOND = 1L << 40;
  private static final long FLAGS = EntryBits.P | EntryBits.W | EntryBits.U | EntryBits.A;

  @Test
  void anEntryThatLeadsThereHasAReservedBit() {
    Role role = Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(40));
    long[] low = new long[512];
    long[] beyond = new long[512];
    low[0] = BEYOND | FLAGS;
    beyond[0] = BEYOND | FLAGS;
    SlotLayout layout =
        SlotLayout.builder()
            .ram(0, Backing.of(MemorySegment.ofArray(low)))
            .ram(BEYOND, Backing.of(MemorySegment.ofArray(beyond)))
            .build();
    VcpuState vcpu = new VcpuState();
    Walker reference = new InterpretedWalker(role, layout);
    String expected = "fault 0xd P|USER|RSVD at level 4: reserved bit";
    assertEquals(expected, WalkResult.toString(reference.walk(vcpu, 0, Access.READ | Access.USER)));
    Walker generated = new Stamper().stamp(role, layout);
    assertEquals(expected, WalkResult.toString(generated.walk(vcpu, 0, Access.READ | Access.USER)));
  }
}
