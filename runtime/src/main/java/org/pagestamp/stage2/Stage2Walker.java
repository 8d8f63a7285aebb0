package org.pagestamp.stage2;

import java.util.Objects;
import org.pagestamp.slot.SlotLayout;

/**
 * Translates guest-physical addresses through EPT or NPT, for one role over one slot layout.
 *
 * <p>Gives the guarantees of {@link org.pagestamp.walk.Walker}: {@link #walk} and {@link #probe}
 * allocate nothing and throw nothing a guest could cause; whatever its tables contain, the answer
 * is a translation or a defined fault, after a bounded number of reads, all inside slots. A walker
 * may be shared by all virtual CPUs, each with its own {@link Stage2State}.
 *
 * <p>The order of checks is KVM's ({@code walk_addr_generic}): in every entry from the root down,
 * first presence, then what makes it illegal; the rights once, combined, at the leaf; accessed and
 * dirty bits last. A table in no slot is an entry that is not present. A table in a read-only slot
 * is read normally, and its accessed and dirty bits stay as they are.
 */
public abstract class Stage2Walker {
  private final Stage2Role role;
  private final Stage2Format format;
  private final SlotLayout layout;

  /**
   * For implementations.
   *
   * @throws IllegalArgumentException if the layout cannot update the role's entries as its update
   *     mode demands
   */
  protected Stage2Walker(Stage2Role role, SlotLayout layout) {
    this.role = Objects.requireNonNull(role, "role");
    this.layout = Objects.requireNonNull(layout, "layout");
    format = role.format();
    layout.requireUpdatable(format.entryBytes());
  }

  /**
   * Translates an address for an access that takes place, and sets accessed and dirty bits.
   *
   * @param state the root; with an observer this is {@link #probe}
   * @param gpa the guest-physical address
   * @param access a combination of the bits in {@link Stage2Access}
   * @return a {@link Stage2Result}
   * @throws IllegalArgumentException if {@code access} is not {@link Stage2Access#isValid valid}
   */
  public abstract long walk(Stage2State state, long gpa, int access);

  /**
   * The answer that {@link #walk} would give now, without changing memory.
   *
   * @param state the root
   * @param gpa the guest-physical address
   * @param access a combination of the bits in {@link Stage2Access}
   * @return a {@link Stage2Result}; dirty and accessed are as the walk would leave them
   * @throws IllegalArgumentException if {@code access} is not {@link Stage2Access#isValid valid}
   */
  public abstract long probe(Stage2State state, long gpa, int access);

  /**
   * As {@link #probe}, but tells every entry of the walk. For people; allocates.
   *
   * @param state the root; left as it is
   * @param gpa the guest-physical address
   * @param access a combination of the bits in {@link Stage2Access}
   * @throws IllegalArgumentException if {@code access} is not {@link Stage2Access#isValid valid}
   */
  public abstract Stage2Trace explain(Stage2State state, long gpa, int access);

  /** The role that the walker is made for. */
  public final Stage2Role role() {
    return role;
  }

  /** What the role makes of the format. */
  public final Stage2Format format() {
    return format;
  }

  /** The slots that the walker reads tables in. */
  public final SlotLayout layout() {
    return layout;
  }
}
