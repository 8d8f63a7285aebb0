package org.pagestamp.guest;

import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/** A walker that answers as another, for subclasses that plant a mistake. */
class DelegatingWalker extends Walker {
  private final Walker walker;

  DelegatingWalker(Walker walker) {
    super(walker.role(), walker.layout());
    this.walker = walker;
  }

  @Override
  public long walk(VcpuState vcpu, long gva, int access) {
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
}
