package org.pagestamp.conformance;

import java.util.List;
import org.pagestamp.mode.Role;
import org.pagestamp.stage2.EptRole;

/**
 * A walk in two dimensions and how it must end.
 *
 * @param name the vector's name
 * @param origin where it stands
 * @param guest the role that the guest's registers and MAXPHYADDR make
 * @param cr3 CR3
 * @param globalPages CR4.PGE
 * @param pkru PKRU
 * @param stage2 the role that EPTP, MAXPHYADDR and capabilities make
 * @param eptp EPTP
 * @param slots 1 to 64 disjoint slots, in the file's order
 * @param memory the entries that are not zero before the walk, where they are after stage 2
 * @param gva the linear address
 * @param access see {@link org.pagestamp.walk.Access}
 * @param outcomes the expected outcome, then the alternatives that are accepted as well
 * @param contested names of the choices on which manuals, vendors and KVM disagree
 */
public record NestedVector(
    String name,
    VectorOrigin origin,
    Role guest,
    long cr3,
    boolean globalPages,
    int pkru,
    EptRole stage2,
    long eptp,
    List<VectorSlot> slots,
    List<VectorEntry> memory,
    long gva,
    int access,
    List<Stage2Outcome> outcomes,
    List<String> contested)
    implements PlacedVector {
  /** Makes the lists immutable. */
  public NestedVector {
    slots = List.copyOf(slots);
    memory = List.copyOf(memory);
    outcomes = List.copyOf(outcomes);
    contested = List.copyOf(contested);
  }

  @Override
  public int entryBytes() {
    return Long.BYTES;
  }

  @Override
  public List<List<VectorEntry>> afters() {
    return outcomes.stream().map(Stage2Outcome::after).toList();
  }
}
