package org.pagestamp.walk;

import java.util.Objects;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;

/**
 * Translates guest-virtual addresses for one role over one slot layout.
 *
 * <p>No walk changes the answer of another but by what it stores; a walker may be shared by all
 * virtual CPUs, each with its own {@link VcpuState}. {@link #walk} and {@link #probe} allocate
 * nothing and throw nothing a guest could cause: whatever its tables contain, the answer is a
 * translation or a defined fault, after a bounded number of reads, all inside slots.
 *
 * <p>The order of checks is KVM's ({@code walk_addr_generic}): in every entry from the root down,
 * first presence, then reserved bits; the rights once, combined, at the leaf; accessed and dirty
 * bits last, so that a faulting access changes no memory.
 *
 * <p><b>Tables in read-only slots.</b> An entry in a read-only slot is read normally; its accessed
 * and dirty bits are left as they are; those of the other levels are set; the access succeeds.
 */
public abstract class Walker {
  /** How often a walk starts over because entries changed under it, before it gives up. */
  public static final int MAX_TRIES = 1_000;

  private final Role role;
  private final SlotLayout layout;

  /**
   * For implementations.
   *
   * @throws IllegalArgumentException if the layout cannot update the role's entries as its update
   *     mode demands
   */
  protected Walker(Role role, SlotLayout layout) {
    this.role = Objects.requireNonNull(role, "role");
    this.layout = Objects.requireNonNull(layout, "layout");
    layout.requireUpdatable(role.mode().entryBytes());
  }

  /**
   * Translates an address for an access that takes place, and sets accessed and dirty bits.
   *
   * @param vcpu registers of the virtual CPU that makes the access; with an {@linkplain
   *     VcpuState#observer observer} this is {@link #probe}
   * @param gva the linear address; 32-bit modes use its low 32 bits
   * @param access a combination of the bits in {@link Access}
   * @return a {@link WalkResult}
   * @throws IllegalArgumentException if {@code access} is not {@link Access#isValid valid}
   */
  public abstract long walk(VcpuState vcpu, long gva, int access);

  /**
   * Translates many addresses, as if each was walked by itself, one after the other: the same
   * results, faults, accessed and dirty bits. Where tables are not in a cache, generated walkers
   * wait for many of their entries at a time, and so are faster than a loop of walks; where they
   * are, a loop is.
   *
   * @param vcpu registers of the virtual CPU that makes the accesses
   * @param gvas the linear addresses
   * @param access the same for all
   * @param results gets the {@link WalkResult} of each address at its index; what is behind them
   *     stays as it is
   * @throws IllegalArgumentException if {@code access} is not {@link Access#isValid valid} or
   *     {@code results} is shorter than {@code gvas}
   */
  public void walkAll(VcpuState vcpu, long[] gvas, int access, long[] results) {
    checkBatch(gvas, access, results);
    for (int i = 0; i < gvas.length; i++) {
      results[i] = walk(vcpu, gvas[i], access);
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
   * The answer that {@link #walk} would give now, without changing memory. For debuggers, and for
   * questions like VERR that are no accesses.
   *
   * @param vcpu registers of the virtual CPU
   * @param gva the linear address; 32-bit modes use its low 32 bits
   * @param access a combination of the bits in {@link Access}
   * @return a {@link WalkResult}; dirty and accessed are as the walk would leave them
   * @throws IllegalArgumentException if {@code access} is not {@link Access#isValid valid}
   */
  public abstract long probe(VcpuState vcpu, long gva, int access);

  /**
   * Tells how {@link #walk} would come to its answer now: every entry with what was made of it.
   * Changes no memory; allocates.
   *
   * @param vcpu registers of the virtual CPU
   * @param gva the linear address; 32-bit modes use its low 32 bits
   * @param access a combination of the bits in {@link Access}
   * @throws IllegalArgumentException if {@code access} is not {@link Access#isValid valid}
   */
  public abstract WalkTrace explain(VcpuState vcpu, long gva, int access);

  /** The role that the walker is made for. */
  public final Role role() {
    return role;
  }

  /** The slots that the walker reads tables in. */
  public final SlotLayout layout() {
    return layout;
  }
}
