package org.pagestamp.walk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

class WalkTraceTest {
  private static final Role ROLE = Role.of(PagingMode.PAE, CpuFeatures.intel(36));

  @Test
  void aTraceReadsLineByLine() {
    WalkTrace trace =
        new WalkTrace(
            ROLE,
            0x4020_1234,
            Access.USER | Access.WRITE,
            List.of(
                step(3, 1, -1, -1, false, 0x2001, 0, AdAction.NONE, 0x2001),
                step(2, 1, 0x2008, 0, true, 0x3007, 0, AdAction.SET, 0x3027),
                step(1, 1, 0x3008, 1, false, 0x9007, 0, AdAction.SKIPPED_READ_ONLY, 0x9007)),
            Rule.ALLOWED,
            0x9007 | 1 << 11);
    assertEquals(
        List.of(
            "user write at gva 0x40201234, pae maxphyaddr=36",
            "  level 3  entry[1] = 0x2001  PDPTE register, rights above wux",
            "  level 2  entry[1] = 0x3007  gpa 0x2008 in slot 0 (writable), rights above wux,"
                + " A/D set: 0x3027",
            "  level 1  entry[1] = 0x9007  gpa 0x3008 in slot 1 (read-only), rights above wux,"
                + " A/D skipped: read-only slot",
            "  decided by: every check passed",
            "  result: gpa 0x9000 level 1 wux clean-write"),
        trace.toString().lines().toList());
  }

  @Test
  void anExitToTheHostIsTold() {
    WalkTrace trace =
        new WalkTrace(
            ROLE,
            0,
            Access.READ,
            List.of(
                step(2, 0, 0x2000, 0, false, 0x3007, 0, AdAction.DISCARDED, 0x3007),
                step(1, 0, 0x3000, 1, false, 0x9007, 0, AdAction.REFUSED, 0x9007)),
            Rule.TABLE_READ_ONLY,
            WalkResult.fault(FaultReason.TABLE_READ_ONLY, 0, 1));
    assertEquals(
        List.of(
            "  level 2  entry[0] = 0x3007  gpa 0x2000 in slot 0 (read-only), rights above wux,"
                + " A/D discarded by a read-only slot",
            "  level 1  entry[0] = 0x9007  gpa 0x3000 in slot 1 (read-only), rights above wux,"
                + " A/D refused by a read-only slot",
            "  decided by: the table lies in a read-only memory slot",
            "  result: exit to the host at level 1: table in a read-only slot"),
        trace.toString().lines().skip(1).toList());
  }

  @Test
  void aFaultNamesReservedBitsAndHoles() {
    WalkTrace trace =
        new WalkTrace(
            ROLE,
            0,
            Access.READ,
            List.of(
                new WalkStep(
                    2,
                    0,
                    0x2000,
                    0,
                    true,
                    0x2000000001L,
                    0x2000000000L,
                    true,
                    false,
                    true,
                    AdAction.NONE,
                    0x2000000001L),
                new WalkStep(1, 0, 0x7000, -1, false, 0, 0, false, false, false, AdAction.NONE, 0)),
            Rule.RESERVED_BIT,
            WalkResult.fault(FaultReason.RESERVED_BIT, 9, 2));
    assertEquals(
        List.of(
            "supervisor read at gva 0x0, pae maxphyaddr=36",
            "  level 2  entry[0] = 0x2000000001  gpa 0x2000 in slot 0 (writable), rights above"
                + " w-x, reserved bits 0x2000000000",
            "  level 1  entry[0] = 0x0  gpa 0x7000 in no slot, rights above ---",
            "  decided by: the entry has reserved bits set",
            "  result: fault 0x9 P|RSVD at level 2: reserved bit"),
        trace.toString().lines().toList());
  }

  @Test
  void anEntryAtGpa0IsNoRegister() {
    List<WalkStep> steps = List.of(step(2, 0, 0, 0, true, 0, 0, AdAction.NONE, 0));
    String text = new WalkTrace(ROLE, 0, Access.READ, steps, Rule.ALLOWED, 1).toString();
    assertTrue(text.contains("gpa 0x0 in slot 0"), text);
  }

  @Test
  void stepsCannotBeChanged() {
    List<WalkStep> steps = new ArrayList<>();
    WalkTrace trace = new WalkTrace(ROLE, 0, Access.READ, steps, Rule.ALLOWED, 1);
    steps.add(step(1, 0, 0, 0, true, 0, 0, AdAction.NONE, 0));
    assertEquals(List.of(), trace.steps());
    assertThrows(UnsupportedOperationException.class, () -> trace.steps().clear());
  }

  private static WalkStep step(
      int level,
      int index,
      long entryGpa,
      int slot,
      boolean writable,
      long entry,
      long reserved,
      AdAction action,
      long after) {
    return new WalkStep(
        level, index, entryGpa, slot, writable, entry, reserved, true, true, true, action, after);
  }
}
