package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.LongUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.Backing;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.WalkResult;

/**
 * Entries that another virtual CPU changes between their being read and their A and D being set.
 */
class ContendedUpdateTest {
  private static final String ENGINES = "org.pagestamp.conformance.Engines#withModes";
  private static final int USER_WRITE = Access.WRITE | Access.USER;
  private static final int CODE = PageFaultCode.WRITE | PageFaultCode.USER;
  private static final long RESERVED = 1L << 51;

  private static MappedPage page(
      Engine engine, PagingMode mode, int contended, LongUnaryOperator other) {
    return new MappedPage(
        engine,
        MappedPage.role(mode, Control.WP, Control.NXE),
        0,
        MappedPage.ALL_RIGHTS,
        (segment, base) ->
            base == MappedPage.table(contended)
                ? Backing.of(new InterferingAccessor(new SegmentAccessor(segment, base), other))
                : Backing.of(segment));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void anotherThatSetsTheAccessedBitFirstDoesNoHarm(Engine engine, PagingMode mode) {
    for (int level = 1; level <= mode.topLevelInMemory(); level++) {
      MappedPage page = page(engine, mode, level, entry -> entry | EntryBits.A);
      long result = page.walk(USER_WRITE);
      assertEquals(MappedPage.gpa(), WalkResult.gpa(result, page.gva()));
      for (int each = 1; each <= mode.topLevelInMemory(); each++) {
        long dirty = each == 1 ? EntryBits.D : 0;
        assertEquals(MappedPage.ALL_RIGHTS | EntryBits.A | dirty, page.bits(each));
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void anEntryThatBecomesNotPresentFaults(Engine engine, PagingMode mode) {
    for (int level = 1; level <= mode.topLevelInMemory(); level++) {
      MappedPage page = page(engine, mode, level, entry -> entry & ~EntryBits.P);
      assertEquals(WalkResult.fault(FaultReason.NOT_PRESENT, CODE, level), page.walk(USER_WRITE));
      assertUpdatedDownTo(page, mode, level);
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void anEntryThatGetsAReservedBitFaults(Engine engine, PagingMode mode) {
    for (int level = 1; level <= mode.topLevelInMemory() && mode.entryBytes() == 8; level++) {
      MappedPage page = page(engine, mode, level, entry -> entry | RESERVED);
      assertEquals(
          WalkResult.fault(
              FaultReason.RESERVED_BIT, CODE | PageFaultCode.P | PageFaultCode.RSVD, level),
          page.walk(USER_WRITE));
      assertUpdatedDownTo(page, mode, level);
    }
  }

  /** Bits are set from the root down, and what was set before the mismatch stays. */
  private static void assertUpdatedDownTo(MappedPage page, PagingMode mode, int contended) {
    for (int level = 1; level <= mode.topLevelInMemory(); level++) {
      assertEquals(
          level > contended ? EntryBits.A : 0, page.bits(level) & (EntryBits.A | EntryBits.D));
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void aLeafThatLosesItsRightsFaults(Engine engine, PagingMode mode) {
    MappedPage page = page(engine, mode, 1, entry -> entry & ~EntryBits.W);
    assertEquals(
        WalkResult.fault(FaultReason.PERMISSION, CODE | PageFaultCode.P, 1), page.walk(USER_WRITE));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void aLeafThatIsPointedElsewhereIsFollowed(Engine engine, PagingMode mode) {
    MappedPage page = page(engine, mode, 1, entry -> entry | 0x4000);
    long result = page.walk(USER_WRITE);
    assertEquals(MappedPage.gpa() + 0x4000, WalkResult.gpa(result, page.gva()));
    assertTrue(WalkResult.isDirty(result));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void anEntryThatNeverRestsEndsTheWalkAtLast(Engine engine, PagingMode mode) {
    for (int level = 1; level <= mode.topLevelInMemory(); level++) {
      long result = page(engine, mode, level, entry -> entry ^ EntryBits.PWT).walk(USER_WRITE);
      assertTrue(WalkResult.isFault(result));
      assertEquals(FaultReason.UPDATE_CONTENDED, WalkResult.faultReason(result));
      assertEquals(CODE, WalkResult.errorCode(result));
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void nothingIsTriedOnAnEntryThatIsComplete(Engine engine, PagingMode mode) {
    for (int level = 1; level <= mode.topLevelInMemory(); level++) {
      MappedPage page = page(engine, mode, level, entry -> 0);
      page.reset(MappedPage.ALL_RIGHTS | EntryBits.A | EntryBits.D);
      assertFalse(WalkResult.isFault(page.walk(USER_WRITE)));
    }
  }
}
