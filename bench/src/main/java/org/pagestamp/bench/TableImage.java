package org.pagestamp.bench;

import java.lang.foreign.MemorySegment;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;

/**
 * Guest memory with page tables in it, and addresses to walk.
 *
 * @param role the role that the tables are made for
 * @param layout the slots; gpa g of any of them is byte g of {@code memory}
 * @param memory native memory for all slots and the holes between them
 * @param cr3 the root table's gpa
 * @param leafLevel level of the entries that map pages
 * @param access the access that every gva allows, with all accessed bits set
 * @param gvas each mapped page several times, in random order
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record TableImage(
    Role role,
    SlotLayout layout,
    MemorySegment memory,
    long cr3,
    int leafLevel,
    int access,
    long[] gvas) {

  /** A virtual CPU that uses the tables. */
  VcpuState vcpu() {
    VcpuState vcpu = new VcpuState();
    vcpu.cr3(cr3);
    return vcpu;
  }
}
