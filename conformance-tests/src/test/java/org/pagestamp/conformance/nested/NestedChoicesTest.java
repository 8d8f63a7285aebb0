package org.pagestamp.conformance.nested;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.choice.Choices;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.RandomChoices;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;

/** Whatever is chosen where walkers differ, both engines walk alike in two dimensions. */
class NestedChoicesTest {
  private static final int SCENES = Integer.getInteger("pagestamp.choices.scenes", 12);
  private static final int WALKS = 200;

  /** Accessed and dirty bits of both dimensions. */
  private static final long UPDATED = 0x360;

  @ParameterizedTest
  @EnumSource
  void bothEnginesChooseAlike(PagingMode mode) {
    SplittableRandom seeds = new SplittableRandom(mode.label().hashCode());
    MemoryKind[] kinds = MemoryKind.values();
    int successes = 0;
    for (Stage2Role format : Stage2Roles.formats()) {
      for (int i = 0; i < SCENES; i++) {
        long seed = seeds.nextLong();
        RandomScene scene = new RandomScene(mode, format, seed);
        NestedRole role = withChoices(scene.role(), RandomChoices.choices(seeds));
        try (Twins twins = new Twins(role, scene.slots(), kinds[i % kinds.length])) {
          scene.write(twins);
          successes += twins.live(scene, seeds.split(), role + ", seed " + seed);
        }
      }
    }
    assertTrue(successes > 100, successes + " walks succeeded");
  }

  private static NestedRole withChoices(NestedRole role, Choices choices) {
    Role guest = role.guest();
    CpuFeatures cpu = new CpuFeatures(guest.maxPhyAddr(), guest.oneGigPages(), guest.amd());
    Control[] controls = guest.controls().toArray(Control[]::new);
    return new NestedRole(
        Role.of(guest.mode(), cpu, choices, controls),
        role.stage2(),
        role.tableAccess(),
        role.pdpteAccess(),
        role.options());
  }

  /** Two machines with the same memory, one walker of each engine. */
  private static final class Twins implements SceneMemory, AutoCloseable {
    private final Machine left;
    private final Machine right;
    private final NestedWalker interpreted;
    private final NestedWalker generated;
    private final NestedState leftState = new NestedState();
    private final NestedState rightState = new NestedState();

    Twins(NestedRole role, List<VectorSlot> slots, MemoryKind kind) {
      Role widest = Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(52));
      left = new Machine(widest, slots, MemoryKind.NATIVE);
      right = new Machine(widest, slots, kind);
      interpreted = new InterpretedNestedWalker(role, left.layout());
      generated = new Stamper(0).stamp(role, right.layout());
    }

    @Override
    public boolean hasSlot(long gpa) {
      return left.hasMemory(gpa);
    }

    @Override
    public long load(long gpa, int width) {
      return left.load(gpa, width);
    }

    @Override
    public void store(long gpa, long value, int width) {
      left.store(gpa, value, width);
      right.store(gpa, value, width);
    }

    /** Makes walks; how many succeeded. */
    int live(RandomScene scene, SplittableRandom random, String what) {
      int successes = 0;
      boolean loaded = false;
      for (int i = 0; i < WALKS; i++) {
        if (!loaded || random.nextInt(32) == 0) {
          loaded |= load(scene, what);
        }
        if (random.nextInt(4) == 0) {
          clearUpdated(scene.slots(), random);
        }
        if (random.nextInt(8) == 0) {
          scene.change();
        }
        long gva = scene.gva();
        int access = scene.access();
        String left = answer(leftState, interpreted.walk(leftState, gva, access));
        String right = answer(rightState, generated.walk(rightState, gva, access));
        String where = what + ", walk " + i + " of 0x" + Long.toHexString(gva);
        assertEquals(left, right, () -> where + " " + Access.toString(access));
        assertEquals(leftState.stage2().pml().index(), rightState.stage2().pml().index(), where);
        assertEquals(-1, mismatch(), () -> where + " " + Access.toString(access) + ": memory");
        successes += left.startsWith("fault") ? 0 : 1;
      }
      assertEquals(logs(left), logs(right), what);
      return successes;
    }

    private boolean load(RandomScene scene, String what) {
      long root = scene.root();
      long cr3 = scene.cr3();
      int pkru = scene.keys();
      int pkrs = scene.keys();
      long log = scene.log();
      int logIndex = scene.logIndex();
      for (NestedState state : List.of(leftState, rightState)) {
        state.stage2().root(root);
        state.guest().pkru(pkru);
        state.guest().pkrs(pkrs);
        state.stage2().pml().set(log, logIndex);
      }
      Cr3Load load = interpreted.loadCr3(leftState, cr3);
      assertEquals(load, generated.loadCr3(rightState, cr3), what);
      return load == Cr3Load.LOADED;
    }

    private void clearUpdated(List<VectorSlot> slots, SplittableRandom random) {
      VectorSlot slot = slots.get(random.nextInt(slots.size()));
      for (long gpa = slot.baseGpa(); gpa < slot.baseGpa() + slot.byteSize(); gpa += Long.BYTES) {
        long word = load(gpa, Long.BYTES);
        if (word != 0 && random.nextInt(2) == 0) {
          store(gpa, word & ~(UPDATED | UPDATED << 32), Long.BYTES);
        }
      }
    }

    private long mismatch() {
      MemorySegment other = right.memory();
      return left.memory().mismatch(other);
    }

    private static List<String> logs(Machine machine) {
      return machine.layout().slots().stream()
          .map(MemSlot::dirtyLog)
          .map(log -> Arrays.toString(log.get()))
          .toList();
    }

    private static String answer(NestedState state, long result) {
      if (NestedResult.isFault(result)) {
        return String.format(
            Locale.ROOT,
            "fault 0x%x at 0x%x",
            result,
            NestedResult.isStage2Fault(result) ? state.stage2().gpa() : 0);
      }
      return String.format(
          Locale.ROOT, "0x%x, page 0x%x 0x%x", result, state.guestGpa(), state.page());
    }

    @Override
    public void close() {
      left.close();
      right.close();
    }
  }
}
