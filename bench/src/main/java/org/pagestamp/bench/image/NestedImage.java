package org.pagestamp.bench.image;

import java.lang.foreign.MemorySegment;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Cr3Load;

/**
 * The tables of a nested guest, and those of the stage 2 that its addresses go through.
 *
 * @param role the role that the tables are made for
 * @param layout the slots
 * @param memory native memory, whose byte g is byte g of the slots
 * @param cr3 where the guest has its root table
 * @param root where the slots have the root table of stage 2
 * @param rootTable where the slots have the guest's root table
 * @param stage2Leaf level of stage 2's leaves; those of the guest are of level 1
 * @param access the access that every gva allows
 * @param gvas addresses of mapped pages, in random order
 * @param window how many walks are timed at once; divides the number of gvas
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record NestedImage(
    NestedRole role,
    SlotLayout layout,
    MemorySegment memory,
    long cr3,
    long root,
    long rootTable,
    int stage2Leaf,
    int access,
    long[] gvas,
    int window)
    implements WalkedImage {

  private static final long[] NOTHING = {};

  /** A nested virtual CPU that uses the tables. */
  public NestedState state() {
    NestedState state = new NestedState();
    state.stage2().root(root);
    Cr3Load load = new InterpretedNestedWalker(role, layout).loadCr3(state, cr3);
    if (load != Cr3Load.LOADED) {
      throw new IllegalStateException("CR3 is refused: " + load);
    }
    return state;
  }

  /**
   * Where a chase begins: at CR3; in PAE paging at the table of PDPTEs as the slots have it, which
   * it reads in place of the registers, and so not through stage 2.
   */
  public long chaseRoot() {
    return role.guest().mode() == PagingMode.PAE ? rootTable : cr3;
  }

  @Override
  public long frameMask() {
    return EntryBits.FRAME & -role.stage2().format().level(stage2Leaf).pageSize();
  }

  @Override
  public String describe(long result) {
    return NestedResult.toString(result);
  }

  /** Nothing: accessed and dirty bits are set. */
  @Override
  public long[] changed() {
    return NOTHING;
  }

  @Override
  public void restore() {}
}
