package org.pagestamp.bench.engine;

import java.lang.invoke.MethodType;
import java.util.List;
import java.util.stream.Stream;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/** Walks nothing, and answers with the address: what is left is the call. A template for copies. */
final class EchoWalker extends Walker {
  EchoWalker(Role role, SlotLayout layout) {
    super(role, layout);
  }

  /** Walkers of as many classes. */
  static List<Walker> ofClasses(TableImage image, int count) {
    MethodType constructor = MethodType.methodType(void.class, Role.class, SlotLayout.class);
    return Stream.generate(
            () ->
                (Walker)
                    LoopClass.copy(
                        EchoWalker.class, image, constructor, image.role(), image.layout()))
        .limit(count)
        .toList();
  }

  @Override
  public long walk(VcpuState vcpu, long gva, int access) {
    return gva;
  }

  @Override
  public long probe(VcpuState vcpu, long gva, int access) {
    return gva;
  }

  @Override
  public WalkTrace explain(VcpuState vcpu, long gva, int access) {
    throw new UnsupportedOperationException("there is nothing to explain");
  }
}
