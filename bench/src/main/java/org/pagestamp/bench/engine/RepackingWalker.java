package org.pagestamp.bench.engine;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/**
 * Another encoding of results, to see what it would cost: negative words are faults, so NX moves to
 * a spare bit. Results as they are need no step between the leaf entry and the caller.
 */
final class RepackingWalker extends Walker {
  /** Where NX goes; the bit is clear in results as they are. */
  private static final int NX_SHIFT = 58;

  private final Walker walker;

  RepackingWalker(Walker walker) {
    super(walker.role(), walker.layout());
    this.walker = walker;
  }

  /** A result in the other encoding. */
  static long repack(long result) {
    long withoutSign = (result & ~EntryBits.NX) | (result >>> 63 << NX_SHIFT);
    return withoutSign | (((result & EntryBits.P) - 1) & Long.MIN_VALUE);
  }

  @Override
  public long walk(VcpuState vcpu, long gva, int access) {
    return repack(walker.walk(vcpu, gva, access));
  }

  @Override
  public long probe(VcpuState vcpu, long gva, int access) {
    return repack(walker.probe(vcpu, gva, access));
  }

  @Override
  public WalkTrace explain(VcpuState vcpu, long gva, int access) {
    return walker.explain(vcpu, gva, access);
  }
}
