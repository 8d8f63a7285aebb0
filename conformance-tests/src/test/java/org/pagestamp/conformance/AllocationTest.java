package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.codegen.TieredStamper;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/**
 * No walk and no probe allocates: by the JVM's own count of bytes that the thread allocated, over
 * rounds of 100,000. What the JVM needs to compile and to link the first uses of a handle comes in
 * earlier rounds; a walk that allocates does so in every one.
 */
class AllocationTest {
  private static final int CALLS = 100_000;
  private static final int MOST_ROUNDS = 50;
  private static final int ACCESS = Access.WRITE | Access.USER;
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  @BeforeAll
  static void theJvmCounts() {
    assumeTrue(THREADS.isThreadAllocatedMemorySupported());
    THREADS.setThreadAllocatedMemoryEnabled(true);
  }

  /** What is done between two walks, so that each is of its kind. */
  private enum Kind {
    /** A and D are set already. */
    SUCCESS,
    /** The leaf is not present. */
    FAULT,
    /** A and D are clear before each walk. */
    UPDATE
  }

  static Stream<Arguments> walks() {
    List<Arguments> walks = new ArrayList<>();
    for (Engine engine :
        List.of(
            Engine.interpreted(),
            Engine.generated(new Stamper()),
            tiered("tiered, counting", Integer.MAX_VALUE, Runnable::run),
            tiered("tiered, waiting", 1, _ -> {}),
            tiered("tiered, stamped", 0, Runnable::run))) {
      for (MemoryKind memory : List.of(MemoryKind.NATIVE, MemoryKind.LONG_ARRAY)) {
        for (PagingMode mode : PagingMode.values()) {
          walks.add(Arguments.of(engine, memory, mode));
        }
      }
    }
    return walks.stream();
  }

  private static Engine tiered(String name, int threshold, Executor executor) {
    return new Engine(name, new TieredStamper(new Stamper(), executor, threshold, 8)::walker);
  }

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource("walks")
  void neitherWalksNorProbesAllocate(Engine engine, MemoryKind memory, PagingMode mode) {
    Role role = MappedPage.role(mode);
    for (Kind kind : Kind.values()) {
      if (kind == Kind.SUCCESS || mode != PagingMode.NO_PAGING) {
        try (Machine machine =
            new Machine(role, List.of(new VectorSlot(0, 0x7000, false)), memory)) {
          Calls calls = new Calls(engine.walker(role, machine.layout()), machine, kind);
          assertEquals(
              0, leastAllocated(calls, false, MOST_ROUNDS), () -> kind + ": bytes of the walks");
          assertEquals(
              0, leastAllocated(calls, true, MOST_ROUNDS), () -> kind + ": bytes of the probes");
        }
      }
    }
  }

  /** Bytes that a round allocates, when all is compiled and linked. */
  private static long leastAllocated(Calls calls, boolean probes, int rounds) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < rounds && least > 0; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      calls.round(probes);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  /** Walks of one address whose tables are the pages 1 to 5 of one slot. */
  private static final class Calls {
    private final Walker walker;
    private final Machine machine;
    private final Kind kind;
    private final VcpuState vcpu = new VcpuState();

    Calls(Walker walker, Machine machine, Kind kind) {
      this.walker = walker;
      this.machine = machine;
      this.kind = kind;
      PagingMode mode = walker.role().mode();
      vcpu.cr3(mode.topLevel() * 0x1000L);
      vcpu.pdpte(0, 0x2000 | EntryBits.P);
      reset();
    }

    private void reset() {
      PagingMode mode = walker.role().mode();
      long rights = EntryBits.P | EntryBits.W | EntryBits.U;
      for (int level = mode.topLevelInMemory(); level > 0; level--) {
        long next = level == 1 ? 0x6000 : (level - 1) * 0x1000L;
        long bits = kind == Kind.FAULT && level == 1 ? rights & ~EntryBits.P : rights;
        machine.store(level * 0x1000L, next | bits, mode.entryBytes());
      }
    }

    void round(boolean probes) {
      boolean fault = kind == Kind.FAULT;
      for (int i = 0; i < CALLS; i++) {
        if (kind == Kind.UPDATE) {
          reset();
        }
        long result = probes ? walker.probe(vcpu, 0x123, ACCESS) : walker.walk(vcpu, 0x123, ACCESS);
        if (WalkResult.isFault(result) != fault) {
          throw new AssertionError(kind + " ended with " + WalkResult.toString(result));
        }
      }
    }
  }

  /** A measurement that never saw a byte would prove nothing. */
  @Test
  void aWalkThatAllocatesIsSeen() {
    Role role = MappedPage.role(PagingMode.PAE);
    try (Machine machine =
        new Machine(role, List.of(new VectorSlot(0, 0x7000, false)), MemoryKind.NATIVE)) {
      Calls calls = new Calls(new Explaining(role, machine.layout()), machine, Kind.SUCCESS);
      long bytes = leastAllocated(calls, true, 3);
      assertTrue(bytes >= CALLS * 8L, () -> bytes + " bytes");
    }
  }

  /** A walker whose probe makes objects. */
  private static final class Explaining extends Walker {
    private final Walker right;

    Explaining(Role role, SlotLayout layout) {
      super(role, layout);
      right = Engine.interpreted().walker(role, layout);
    }

    @Override
    public long walk(VcpuState vcpu, long gva, int access) {
      return right.walk(vcpu, gva, access);
    }

    @Override
    public long probe(VcpuState vcpu, long gva, int access) {
      return right.explain(vcpu, gva, access).result();
    }

    @Override
    public WalkTrace explain(VcpuState vcpu, long gva, int access) {
      return right.explain(vcpu, gva, access);
    }
  }
}
