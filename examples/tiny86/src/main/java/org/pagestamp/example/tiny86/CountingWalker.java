package org.pagestamp.example.tiny86;

import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.vcpu.WalkerSource;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/** A walker that counts its walks: what stands between an Mmu and its walkers is up to you. */
final class CountingWalker extends Walker {
  private final Walker walker;
  private final Counter counter;

  private CountingWalker(Walker walker, Counter counter) {
    super(walker.role(), walker.layout());
    this.walker = walker;
    this.counter = counter;
  }

  @Override
  public long walk(VcpuState vcpu, long gva, int access) {
    counter.walks++;
    return walker.walk(vcpu, gva, access);
  }

  @Override
  public long probe(VcpuState vcpu, long gva, int access) {
    return walker.probe(vcpu, gva, access);
  }

  @Override
  public WalkTrace explain(VcpuState vcpu, long gva, int access) {
    return walker.explain(vcpu, gva, access);
  }

  /** Counts the walks of one CPU; without paging there are none. */
  static final class Counter implements WalkerSource {
    private final WalkerSource source;
    private long walks;

    Counter(WalkerSource source) {
      this.source = source;
    }

    @Override
    public Walker walker(Role role, SlotLayout layout) {
      Walker walker = source.walker(role, layout);
      return role.mode() == PagingMode.NO_PAGING ? walker : new CountingWalker(walker, this);
    }

    long walks() {
      return walks;
    }
  }
}
