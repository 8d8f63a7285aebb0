package org.pagestamp.conformance;

import java.util.Optional;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * One of our engines over one kind of memory, on trial like anybody's.
 *
 * @param engine makes the walkers
 * @param memoryKind what memory is made of
 */
public record WalkerSubject(Engine engine, MemoryKind memoryKind) implements Subject {
  @Override
  public String name() {
    return memoryKind == MemoryKind.NATIVE ? engine.name() : engine.name() + "/" + memoryKind;
  }

  @Override
  public String engineName() {
    return engine.name();
  }

  @Override
  public Optional<Stage2Engine> stage2() {
    return engine.stage2();
  }

  @Override
  public Mmu connect(Machine machine) {
    return new WalkerMmu(engine.walker(machine.role(), machine.layout()), machine.layout());
  }

  private static final class WalkerMmu implements Mmu {
    private final Walker walker;
    private final SlotLayout layout;
    private final VcpuState vcpu = new VcpuState();

    WalkerMmu(Walker walker, SlotLayout layout) {
      this.walker = walker;
      this.layout = layout;
    }

    @Override
    public boolean loadCr3(long cr3) {
      return vcpu.loadCr3(cr3, walker.role(), layout) == Cr3Load.LOADED;
    }

    @Override
    public void keys(int pkru, int pkrs) {
      vcpu.pkru(pkru);
      vcpu.pkrs(pkrs);
    }

    @Override
    public long access(long gva, int access) {
      return walker.walk(vcpu, gva, access);
    }

    @Override
    public void accessAll(long[] gvas, int access, long[] results) {
      walker.walkAll(vcpu, gvas, access, results);
    }
  }
}
