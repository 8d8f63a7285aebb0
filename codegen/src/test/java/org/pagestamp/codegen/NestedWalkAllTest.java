package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;

/** Batches in two dimensions are loops of walks, as far as anybody can see. */
class NestedWalkAllTest {
  private static final int ROUNDS = 20;
  private static final int[] ACCESSES = {
    Access.READ | Access.USER, Access.WRITE | Access.USER, Access.READ, Access.FETCH | Access.USER
  };

  /** A guest over stage 2, in memory whose slots are a number of writable and read-only ones. */
  record Shape(NestedRole role, int writable, int readOnly) {}

  private static List<Stage2Role> formats() {
    CpuFeatures cpu = new CpuFeatures(40, true, true);
    return List.of(
        EptRole.of(EptMode.EPT4, 40, EptOption.ACCESSED_DIRTY, EptOption.TWO_MEG_PAGES),
        EptRole.of(EptMode.EPT4, 40),
        EptRole.of(EptMode.EPT5, 40, EptOption.ACCESSED_DIRTY, EptOption.MODE_BASED_EXECUTE),
        NptRole.of(Role.of(PagingMode.TWO_LEVEL, cpu, Control.PSE)),
        NptRole.of(Role.of(PagingMode.PAE, cpu, Control.NXE)),
        NptRole.of(Role.of(PagingMode.FOUR_LEVEL, cpu, Control.NXE)),
        NptRole.of(Role.of(PagingMode.FIVE_LEVEL, cpu, Control.NXE), NptOption.GMET));
  }

  static Stream<Shape> shapes() {
    return Stream.of(PagingMode.values())
        .flatMap(mode -> formats().stream().flatMap(format -> shapes(mode, format)));
  }

  private static Stream<Shape> shapes(PagingMode mode, Stage2Role format) {
    CpuFeatures cpu = CpuFeatures.intel(40);
    Role bare = Role.of(mode, cpu);
    Role full = Role.of(mode, cpu, Control.relevantIn(mode).toArray(Control[]::new));
    NestedRole plain = NestedRole.kvm(bare, format);
    NestedRole asking =
        new NestedRole(full, format, TableAccess.WRITE_TO_UPDATE, PdpteAccess.LOADED_AS_TABLE);
    NestedRole reading = new NestedRole(bare, format, TableAccess.READ, PdpteAccess.LOADED_BY_READ);
    return Stream.of(
        new Shape(plain, 1, 0),
        new Shape(asking, 1, 0),
        new Shape(reading, 3, 0),
        new Shape(plain, 12, 4));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void aBatchIsALoopOfWalks(Shape shape) {
    SplittableRandom random = new SplittableRandom(11);
    NestedTablesAtRandom batched = new NestedTablesAtRandom(shape);
    NestedTablesAtRandom looped = new NestedTablesAtRandom(shape);
    NestedWalker batch = new Stamper().stamp(shape.role(), batched.layout());
    NestedWalker loop = new InterpretedNestedWalker(shape.role(), looped.layout());
    int successes = 0;
    for (int round = 0; round < ROUNDS; round++) {
      batched.fill(random);
      looped.copyFrom(batched);
      NestedState registers = batched.registers(random);
      NestedState state = round % 8 == 7 ? NestedState.observer(registers) : registers;
      long[] gvas = batched.gvas(random);
      int access = ACCESSES[round % ACCESSES.length];
      long[] results = new long[gvas.length + 1];
      long[] expected = new long[gvas.length + 1];
      for (int i = 0; i < gvas.length; i++) {
        expected[i] = loop.walk(state, gvas[i], access);
        successes += NestedResult.isFault(expected[i]) ? 0 : 1;
      }
      batch.walkAll(state, gvas, access, results);
      String round1 = shape + " " + Access.toString(access) + " round " + round;
      assertArrayEquals(expected, results, round1);
      assertArrayEquals(looped.words(), batched.words(), round1);
      assertEquals(looped.takeDirtyPages(), batched.takeDirtyPages(), round1);
    }
    assertTrue(successes > 5 * ROUNDS, successes + " successes");
  }

  @Test
  void aBatchMayPutItsResultsWhereTheAddressesAre() {
    Shape shape = new Shape(NestedRole.kvm(TwoStageMatrix.FOUR_LEVEL, TwoStageMatrix.EPT4), 1, 0);
    SplittableRandom random = new SplittableRandom(3);
    NestedTablesAtRandom tables = new NestedTablesAtRandom(shape);
    tables.fill(random);
    NestedWalker walker = new Stamper().stamp(shape.role(), tables.layout());
    NestedState observer = NestedState.observer(tables.registers(random));
    long[] gvas = tables.gvas(random);
    long[] expected = new long[gvas.length];
    walker.walkAll(observer, gvas, Access.READ, expected);
    walker.walkAll(observer, gvas, Access.READ, gvas);
    assertArrayEquals(expected, gvas);
  }

  @Test
  void aBatchRefusesWhatAWalkRefuses() {
    NestedRole role = NestedRole.kvm(TwoStageMatrix.FOUR_LEVEL, TwoStageMatrix.EPT4);
    for (NestedWalker walker :
        Set.of(
            new Stamper().stamp(role, Layouts.ram(1)),
            new InterpretedNestedWalker(role, Layouts.ram(1)))) {
      NestedState state = new NestedState();
      long[] two = new long[2];
      assertThrows(
          IllegalArgumentException.class,
          () -> walker.walkAll(state, two, Access.WRITE | Access.FETCH, new long[2]));
      var tooShort =
          assertThrows(
              IllegalArgumentException.class,
              () -> walker.walkAll(state, two, Access.READ, new long[1]));
      assertEquals("results has room for 1 of 2 addresses", tooShort.getMessage());
    }
  }
}
