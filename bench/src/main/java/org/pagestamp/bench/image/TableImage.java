package org.pagestamp.bench.image;

import java.lang.foreign.MemorySegment;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;

/**
 * Guest memory with page tables in it, and addresses to walk.
 *
 * @param role the role that the tables are made for
 * @param layout the slots
 * @param memory native memory, whose byte g is gpa g, with the tables: the slots' own memory, or a
 *     copy where that is on the heap
 * @param cr3 the root table's gpa
 * @param leafLevel level of the entries that map pages; 0 without paging
 * @param access the access that every gva allows
 * @param gvas addresses of mapped pages, in random order
 * @param window how many walks are timed at once; divides the number of gvas
 * @param entries the entries that walks change, to be put back
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record TableImage(
    Role role,
    SlotLayout layout,
    MemorySegment memory,
    long cr3,
    int leafLevel,
    int access,
    long[] gvas,
    int window,
    ChangedEntries entries)
    implements WalkedImage {

  /** A virtual CPU that uses the tables. */
  public VcpuState vcpu() {
    return vcpu(role);
  }

  /** A virtual CPU that uses the tables, in another role of the same mode. */
  public VcpuState vcpu(Role other) {
    VcpuState vcpu = new VcpuState();
    Cr3Load load = vcpu.loadCr3(cr3, other, layout);
    if (load != Cr3Load.LOADED) {
      throw new IllegalStateException("CR3 is refused: " + load);
    }
    return vcpu;
  }

  @Override
  public long frameMask() {
    // The chase ends at the leaf, whose frame is that of the first 4 KiB of the page.
    return EntryBits.FRAME & (leafLevel == 0 ? -1 : -role.mode().level(leafLevel).pageSize());
  }

  @Override
  public String describe(long result) {
    return WalkResult.toString(result);
  }

  @Override
  public long[] changed() {
    return entries.current();
  }

  @Override
  public void restore() {
    entries.restore();
  }
}
