package org.pagestamp.conformance.profile;

import java.util.List;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.profile.Profile;
import org.pagestamp.slot.DirtyLog;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Cr3Load;

/**
 * The guest of {@link ProfiledGuest} over stage 2, which has each of its frames {@link #MOVED}
 * bytes higher. Everything is allowed; the guest's accessed and dirty bits are set, those of stage
 * 2 are clear.
 */
final class ProfiledNested implements AutoCloseable {
  /** How far the slots have a frame from where the guest has it. */
  static final long MOVED = 0x10_0000;

  private static final long FRAMES = 0x1_0000;
  private static final long STAGE2 = 0x20_0000;
  private static final long STAGE2_BYTES = 0x8000;
  private static final long EPT_LEAF = 7 | 6 << 3 | 1 << 10; // R, W, X, write-back, XU
  private static final long EPT_TABLE = 7 | 1 << 10;

  private final PagingMode mode;
  private final Stage2Role stage2;
  private final Machine machine;
  private final NestedWalker walker;
  private final NestedState state = new NestedState();

  /**
   * A guest of a profile that has such a stage 2; CR3 is not loaded yet.
   *
   * @param stage2 not yet as the profile has it
   */
  ProfiledNested(Profile profile, WalkerSubject walkers, PagingMode mode, Stage2Role stage2) {
    this.mode = mode;
    this.stage2 = profile.stage2(stage2);
    Registers registers = Registers.of(mode);
    Role guest =
        profile.role(
            Registers.PAGING, registers.allOfCr4(), registers.efer(), CpuFeatures.intel(52));
    machine =
        new Machine(
            guest,
            List.of(
                new VectorSlot(0, FRAMES, false),
                new VectorSlot(MOVED, FRAMES, false),
                new VectorSlot(STAGE2, STAGE2_BYTES, false)),
            walkers.memoryKind());
    for (int level = 1; level <= mode.topLevel(); level++) {
      boolean pdpte = mode == PagingMode.PAE && level == 3;
      long all = ProfiledGuest.P | ProfiledGuest.W | ProfiledGuest.U | ProfiledGuest.A;
      long bits = pdpte ? ProfiledGuest.P : level == 1 ? all | ProfiledGuest.D : all;
      long next = level == 1 ? ProfiledGuest.PAGE : ProfiledGuest.table(level - 1);
      put(level, next | bits);
    }
    mapFrames();
    walker =
        walkers
            .stage2()
            .orElseThrow()
            .nested()
            .apply(profile.nested(guest, stage2), machine.layout());
    state.stage2().root(stage2Table(levels()));
  }

  private void mapFrames() {
    for (int level = levels(); level > 1; level--) {
      machine.store(stage2Table(level), stage2Table(level - 1) | tableBits(level), 8);
    }
    for (long gpa = 0; gpa < FRAMES; gpa += 0x1000) {
      machine.store(leaf(gpa), (gpa + MOVED) | leafBits(), 8);
    }
  }

  private long leafBits() {
    return stage2 instanceof EptRole
        ? EPT_LEAF
        : ProfiledGuest.P | ProfiledGuest.W | ProfiledGuest.U;
  }

  private long tableBits(int level) {
    return switch (stage2) {
      case EptRole _ -> EPT_TABLE;
      case NptRole npt ->
          npt.host().mode() == PagingMode.PAE && level == 3 ? ProfiledGuest.P : leafBits();
    };
  }

  private int levels() {
    return switch (stage2) {
      case EptRole ept -> ept.mode().levels().size();
      case NptRole npt -> npt.host().mode().topLevel();
    };
  }

  /** Where stage 2 has its table of a level, which it uses at index 0 but for level 1. */
  static long stage2Table(int level) {
    return STAGE2 + 0x1000L * level;
  }

  /** Where stage 2 has the leaf of a frame of the guest. */
  static long leaf(long gpa) {
    return stage2Table(1) + (gpa >>> 12) * 8;
  }

  /** An entry of stage 2. */
  long stage2Entry(long place) {
    return machine.load(place, 8);
  }

  /** Stores an entry of stage 2. */
  void putStage2(long place, long value) {
    machine.store(place, value, 8);
  }

  /** Clears bits of the leaf of a frame of the guest. */
  void clearLeaf(long gpa, long bits) {
    putStage2(leaf(gpa), stage2Entry(leaf(gpa)) & ~bits);
  }

  private long place(int level) {
    return ProfiledGuest.place(mode, level) + MOVED;
  }

  /** The guest's entry of a level. */
  long entry(int level) {
    return machine.load(place(level), mode.entryBytes());
  }

  /** Stores the guest's entry of a level. */
  void put(int level, long value) {
    machine.store(place(level), value, mode.entryBytes());
  }

  /** Clears bits of the guest's entry of a level. */
  void clear(int level, long bits) {
    put(level, entry(level) & ~bits);
  }

  /** The dirty log of the frames where the guest has them, or of those in the slots. */
  DirtyLog frames(boolean moved) {
    return machine.layout().find(moved ? MOVED >>> 12 : 0).dirtyLog();
  }

  NestedState state() {
    return state;
  }

  Cr3Load loadCr3() {
    return walker.loadCr3(state, ProfiledGuest.table(mode.topLevel()));
  }

  /** Loads CR3, which must succeed. */
  ProfiledNested start() {
    Cr3Load load = loadCr3();
    if (load != Cr3Load.LOADED) {
      throw new IllegalStateException("CR3: " + load);
    }
    return this;
  }

  long walk(int access) {
    return walker.walk(state, ProfiledGuest.GVA, access);
  }

  @Override
  public void close() {
    machine.close();
  }
}
