package org.pagestamp.codegen;

import java.util.Arrays;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.nested.PagePacker;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Cr3Load;

/**
 * The superclass of generated classes that walk in two dimensions. What is not for speed is left to
 * the reference: probes, which must keep their stores to themselves, and loads of CR3.
 */
abstract class GeneratedNestedWalker extends NestedWalker implements PagePacker {
  private InterpretedNestedWalker reference;

  GeneratedNestedWalker(NestedRole role, SlotLayout layout) {
    super(role, layout);
  }

  /**
   * A walk that is left to be made by itself may set accessed and dirty bits, and in two dimensions
   * later walks of the batch may have seen them clear, and yet have an answer. One dimension's bits
   * mean something else in the other, whose tables a hostile guest, or its hypervisor, can lay over
   * those of the first: the accessed bit of a guest's entry is reserved in an entry of EPT that
   * points to a table, and that of EPT is the global bit of the guest's. And any guest may read its
   * own page tables, whose frames walks for tables make dirty where a read of the page need not.
   *
   * <p>So once a walk has looked at entries one by one, which only those do that may store, all
   * later ones of the lanes are made by themselves. Until then nothing has changed since the lanes
   * read, and each answer is the one that a walk would have given in its turn; what comes later in
   * the order was never answered. Of most deviations, as that a page is large, no such walk comes.
   */
  @Override
  public final void walkAll(NestedState state, long[] gvas, int access, long[] results) {
    if (gvas == results) {
      super.walkAll(state, gvas, access, results);
      return;
    }
    checkBatch(gvas, access, results);
    for (int start = 0; start < gvas.length; start += NestedState.LANES) {
      int end = Math.min(start + NestedState.LANES, gvas.length);
      batch(state, gvas, access, results, start, end);
      state.forgetTries();
      boolean pays = false;
      for (int i = start; i < end; i++) {
        boolean left = NestedResult.isFault(results[i]);
        pays |= !left;
        if (left || state.hasTried()) {
          results[i] = walk(state, gvas[i], access);
        }
      }
      if (!pays) {
        walkRest(state, gvas, access, results, end);
        return;
      }
    }
  }

  /** No walk of some lanes was common, and so hardly one of the others will be. */
  private void walkRest(NestedState state, long[] gvas, int access, long[] results, int start) {
    for (int i = start; i < gvas.length; i++) {
      results[i] = walk(state, gvas[i], access);
    }
  }

  /**
   * Makes the walks from {@code start} to {@code end}, {@link NestedState#LANES} at most, that are
   * common and change nothing; the others get a fault as their result. All do, unless a class knows
   * better.
   */
  void batch(NestedState state, long[] gvas, int access, long[] results, int start, int end) {
    Arrays.fill(results, start, end, 0);
  }

  /** Asked for by nobody, unless a class knows better: the others leave results that are packed. */
  @Override
  public long pack(long word, long place) {
    throw new IllegalStateException("no walk has left anything to pack");
  }

  /**
   * Made when it is first needed. Several threads may make one each, which is as good; all its
   * fields are final.
   */
  private InterpretedNestedWalker reference() {
    InterpretedNestedWalker made = reference;
    if (made == null) {
      made = new InterpretedNestedWalker(role(), layout());
      reference = made;
    }
    return made;
  }

  @Override
  public final long probe(NestedState state, long gva, int access) {
    return reference().probe(state, gva, access);
  }

  @Override
  public final NestedTrace explain(NestedState state, long gva, int access) {
    return reference().explain(state, gva, access);
  }

  @Override
  public final Cr3Load loadCr3(NestedState state, long value) {
    return reference().loadCr3(state, value);
  }
}
