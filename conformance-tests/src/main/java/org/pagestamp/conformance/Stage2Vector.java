package org.pagestamp.conformance;

import java.util.List;
import org.pagestamp.stage2.EptRole;

/**
 * A walk through EPT alone and how it must end.
 *
 * @param name the vector's name
 * @param origin where it stands
 * @param role the role that EPTP, MAXPHYADDR and capabilities make
 * @param eptp EPTP
 * @param slots 1 to 64 disjoint slots, in the file's order
 * @param memory the entries that are not zero before the walk; all lie in slots
 * @param gpa the guest-physical address
 * @param access see {@link org.pagestamp.stage2.Stage2Access}
 * @param outcomes the expected outcome, then the alternatives that are accepted as well
 */
public record Stage2Vector(
    String name,
    VectorOrigin origin,
    EptRole role,
    long eptp,
    List<VectorSlot> slots,
    List<VectorEntry> memory,
    long gpa,
    int access,
    List<Stage2Outcome> outcomes)
    implements PlacedVector {
  /** Makes the lists immutable. */
  public Stage2Vector {
    slots = List.copyOf(slots);
    memory = List.copyOf(memory);
    outcomes = List.copyOf(outcomes);
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
