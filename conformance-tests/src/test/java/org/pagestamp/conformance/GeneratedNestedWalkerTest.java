package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;

/** Both engines on the memory of the vectors, once accessed and dirty bits are set there. */
class GeneratedNestedWalkerTest {
  private static final int[] ACCESSES =
      IntStream.range(0, Access.LIMIT).filter(Access::isValid).toArray();

  private static final List<BiFunction<Role, Stage2Role, NestedRole>> CHOICES =
      List.of(NestedRole::kvm, NestedRole::processor);

  private final Stamper stamper = new Stamper(0);
  private int successes;

  @ParameterizedTest
  @EnumSource
  void everyAccessGetsTheSameAnswer(MemoryKind kind) throws IOException {
    try (VectorMemory memory = new VectorMemory(kind)) {
      for (VectorSet set : List.of(VectorSet.NESTED, VectorSet.CONTESTED)) {
        try (VectorReader vectors = set.open()) {
          for (Optional<PlacedVector> next = vectors.next();
              next.isPresent();
              next = vectors.next()) {
            if (next.get() instanceof NestedVector nested) {
              CHOICES.forEach(choices -> compare(nested, choices, memory));
            }
          }
        }
      }
    }
    assertTrue(successes > 3_000, successes + " walks succeeded");
  }

  private void compare(
      NestedVector nested, BiFunction<Role, Stage2Role, NestedRole> choices, VectorMemory memory) {
    SlotLayout layout = memory.place(nested);
    NestedRole role = choices.apply(nested.guest(), nested.stage2());
    NestedWalker interpreted = new InterpretedNestedWalker(role, layout);
    NestedWalker generated = stamper.stamp(role, layout);
    NestedState state = new NestedState();
    state.stage2().root(nested.eptp());
    state.guest().pkru(nested.pkru());
    if (interpreted.loadCr3(state, nested.cr3()) == Cr3Load.LOADED) {
      interpreted.walk(state, nested.gva(), nested.access());
      interpreted.walk(state, nested.gva(), Access.WRITE | Access.USER);
      for (int access : ACCESSES) {
        String expected = answer(state, interpreted.walk(state, nested.gva(), access));
        state.page(0, 0);
        String got = answer(state, generated.walk(state, nested.gva(), access));
        assertEquals(
            expected, got, () -> nested.name() + ", " + Access.toString(access) + ", " + role);
      }
    }
    VectorPages.of(nested).forEach(memory::clearPage);
    memory.clearLogs();
  }

  private String answer(NestedState state, long result) {
    if (!NestedResult.isFault(result)) {
      successes++;
      return String.format(
          Locale.ROOT, "0x%x: 0x%x at 0x%x", result, state.page(), state.guestGpa());
    }
    return NestedResult.isStage2Fault(result)
        ? String.format(Locale.ROOT, "0x%x at 0x%x", result, state.stage2().gpa())
        : String.format(Locale.ROOT, "0x%x", result);
  }
}
