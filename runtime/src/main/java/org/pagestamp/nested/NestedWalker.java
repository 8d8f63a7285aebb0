package org.pagestamp.nested;

import java.util.Objects;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;

/**
 * Translates the linear addresses of a nested guest, for one role over one slot layout.
 *
 * <p>Gives the guarantees of {@link org.pagestamp.walk.Walker}, to whose order of checks it adds
 * stage 2: each entry of the guest's tables is looked for through stage 2 before it is read; the
 * page is translated once the guest's rights allow the access; only then the guest's accessed and
 * dirty bits are set. Those of stage 2 are set by each of its walks, whatever becomes of the whole
 * (KVM's {@code walk_addr_generic}).
 *
 * <p>Slots come after stage 2: where an entry is then decides whether it can be written, and that
 * page is marked dirty, or another with {@link NestedOption#GUEST_FRAME_MARKED}.
 */
public abstract class NestedWalker {
  private final NestedRole role;
  private final SlotLayout layout;

  /**
   * For implementations.
   *
   * @throws IllegalArgumentException if the layout cannot update the entries of both dimensions as
   *     its update mode demands
   */
  protected NestedWalker(NestedRole role, SlotLayout layout) {
    this.role = Objects.requireNonNull(role, "role");
    this.layout = Objects.requireNonNull(layout, "layout");
    layout.requireUpdatable(role.guest().mode().entryBytes());
  }

  /**
   * Translates an address for an access that takes place, and sets accessed and dirty bits.
   *
   * @param state registers of the virtual CPU; with an observer this is {@link #probe}
   * @param gva the linear address; 32-bit modes use its low 32 bits
   * @param access a combination of the bits in {@link org.pagestamp.walk.Access}
   * @return a {@link NestedResult}
   * @throws IllegalArgumentException if {@code access} is not valid
   */
  public abstract long walk(NestedState state, long gva, int access);

  /**
   * Translates many addresses: the results, accessed and dirty bits are those of a loop that calls
   * {@link #walk} for each in order. A generated walker overlaps the reads of neighbouring walks,
   * which pays where their tables are in no cache.
   *
   * <p>Afterwards {@link NestedState#page}, {@link NestedState#guestGpa} and {@link
   * org.pagestamp.stage2.Stage2State#gpa} tell nothing about the batch. Who wants them of one of
   * its addresses, as to report a fault of stage 2, makes that walk again.
   *
   * @param state registers of the virtual CPU; with an observer all walks are probes
   * @param gvas the linear addresses
   * @param access the same for all
   * @param results gets the {@link NestedResult} of each address at its index; what is behind them
   *     stays as it is
   * @throws IllegalArgumentException if {@code access} is not {@link
   *     org.pagestamp.walk.Access#isValid valid} or {@code results} is shorter than {@code gvas}
   */
  public void walkAll(NestedState state, long[] gvas, int access, long[] results) {
    checkBatch(gvas, access, results);
    for (int i = 0; i < gvas.length; i++) {
      results[i] = walk(state, gvas[i], access);
    }
  }

  /** Refuses what {@link #walkAll} refuses. */
  protected static void checkBatch(long[] gvas, int access, long[] results) {
    Access.check(access);
    if (results.length < gvas.length) {
      throw new IllegalArgumentException(
          "results has room for " + results.length + " of " + gvas.length + " addresses");
    }
  }

  /**
   * The answer that {@link #walk} would give now, without changing memory.
   *
   * @param state registers of the virtual CPU
   * @param gva the linear address; 32-bit modes use its low 32 bits
   * @param access a combination of the bits in {@link org.pagestamp.walk.Access}
   * @return a {@link NestedResult}; dirty and accessed are as the walk would leave them
   * @throws IllegalArgumentException if {@code access} is not valid
   */
  public abstract long probe(NestedState state, long gva, int access);

  /**
   * As {@link #probe}, but tells every entry of both dimensions. For people; allocates.
   *
   * @param state registers of the virtual CPU; left as they are
   * @param gva the linear address; 32-bit modes use its low 32 bits
   * @param access a combination of the bits in {@link org.pagestamp.walk.Access}
   * @throws IllegalArgumentException if {@code access} is not valid
   */
  public abstract NestedTrace explain(NestedState state, long gva, int access);

  /**
   * Loads CR3 as the guest's MOV to CR3 does; PDPTEs are read through stage 2, as {@link
   * NestedRole#pdpteAccess} has it. If anything is wrong no register changes.
   *
   * @return {@link Cr3Load#STAGE2_FAULT} if stage 2 fails, which {@link NestedState#page} then
   *     tells of, and {@link org.pagestamp.stage2.Stage2State#gpa} where
   */
  public abstract Cr3Load loadCr3(NestedState state, long value);

  /** The role that the walker is made for. */
  public final NestedRole role() {
    return role;
  }

  /** The slots that the walker reads tables in. */
  public final SlotLayout layout() {
    return layout;
  }
}
