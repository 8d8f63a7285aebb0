package org.pagestamp.conformance;

import java.util.List;
import java.util.OptionalLong;
import org.pagestamp.mode.Role;

/**
 * A walk of guest tables and how it must end.
 *
 * @param name the vector's name
 * @param origin where it stands
 * @param role the role that the registers and MAXPHYADDR make
 * @param cr3 CR3
 * @param globalPages CR4.PGE
 * @param pkru PKRU
 * @param pkrs IA32_PKRS
 * @param slots 1 to 64 disjoint slots, in the file's order
 * @param memory the entries that are not zero before the walk; all lie in slots
 * @param gva the linear address
 * @param access see {@link org.pagestamp.walk.Access}
 * @param outcomes the expected outcome, then the alternatives that are accepted as well
 * @param contested names of the choices on which manuals, vendors and KVM disagree
 * @param answer the whole expected answer, a {@link org.pagestamp.walk.WalkResult}, where the first
 *     outcome does not tell enough
 */
public record WalkVector(
    String name,
    VectorOrigin origin,
    Role role,
    long cr3,
    boolean globalPages,
    int pkru,
    int pkrs,
    List<VectorSlot> slots,
    List<VectorEntry> memory,
    long gva,
    int access,
    List<Outcome> outcomes,
    List<String> contested,
    OptionalLong answer)
    implements PlacedVector {
  /** Makes the lists immutable. */
  public WalkVector {
    slots = List.copyOf(slots);
    memory = List.copyOf(memory);
    outcomes = List.copyOf(outcomes);
    contested = List.copyOf(contested);
  }

  @Override
  public int entryBytes() {
    return role.mode().entryBytes();
  }

  @Override
  public List<List<VectorEntry>> afters() {
    return outcomes.stream().map(Outcome::after).toList();
  }
}
