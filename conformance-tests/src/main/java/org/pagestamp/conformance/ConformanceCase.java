package org.pagestamp.conformance;

import java.util.List;
import org.pagestamp.mode.Role;

/**
 * One access in full, so that it can be made again: a group makes it of a failure.
 *
 * @param role the machine's role
 * @param slots its slots
 * @param memory the table entries that are not zero before the access
 * @param cr3 CR3
 * @param pkru PKRU
 * @param pkrs IA32_PKRS
 * @param gva the linear address
 * @param access see {@link org.pagestamp.walk.Access}
 */
public record ConformanceCase(
    Role role,
    List<VectorSlot> slots,
    List<VectorEntry> memory,
    long cr3,
    int pkru,
    int pkrs,
    long gva,
    int access) {
  /** Makes the lists immutable. */
  public ConformanceCase {
    slots = List.copyOf(slots);
    memory = List.copyOf(memory);
  }

  /** The access of a vector. */
  public static ConformanceCase of(WalkVector vector) {
    return new ConformanceCase(
        vector.role(),
        vector.slots(),
        vector.memory(),
        vector.cr3(),
        vector.pkru(),
        vector.pkrs(),
        vector.gva(),
        vector.access());
  }
}
