package org.pagestamp.example.tiny86;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.PagingFeature;
import org.pagestamp.vcpu.WalkerSource;

/** The machine: memory slots, devices and two CPUs. */
final class Board {
  private static final long LOW_BYTES = 0xA_0000;
  private static final long ROM_BASE = 0xF_0000;
  private static final long HIGH_BASE = 0x10_0000;
  private static final long HIGH_BYTES = 0x30_0000;

  private static final int RESET_SEGMENT = 0xF000;
  private static final int RESET_OFFSET = 0xFFF0;

  /** Instructions that each CPU executes in its turn; not the same, so that they drift apart. */
  private static final int[] TURNS = {7, 5};

  private static final long MOST_INSTRUCTIONS = 5_000_000;

  /** Many, as one waits for the other by PAUSE while the host may have other work. */
  private static final long MOST_INSTRUCTIONS_OF_A_THREAD = 500_000_000;

  private final List<Cpu> cpus = new ArrayList<>();
  private final List<CountingWalker.Counter> counters = new ArrayList<>();
  private final List<Fault> faults = Collections.synchronizedList(new ArrayList<>());
  private final Devices devices = new Devices(this::startCpu1);
  private final MemorySlots slots = new MemorySlots();

  /** Those of CPUs that were started; null where CPUs take turns. */
  private List<Thread> threads;

  /**
   * A board that has not started.
   *
   * @param rom the bytes at 0xF0000
   * @param walkers where the CPUs' walkers come from
   * @param tlbs makes a CPU's TLB
   */
  Board(byte[] rom, WalkerSource walkers, Function<Mmu, Tlb> tlbs) {
    EnumSet<SlotFlag> logged = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES);
    slots.create(0, 0, LOW_BYTES, logged, memory(LOW_BYTES));
    slots.create(1, HIGH_BASE, HIGH_BYTES, logged, memory(HIGH_BYTES));
    slots.create(2, ROM_BASE, rom.length, EnumSet.of(SlotFlag.READONLY), Backing.of(rom));
    for (int number = 0; number < TURNS.length; number++) {
      cpus.add(newCpu(number, walkers, tlbs));
    }
  }

  private static Backing memory(long bytes) {
    return Backing.of(new long[(int) (bytes / Long.BYTES)]);
  }

  private Cpu newCpu(int number, WalkerSource walkers, Function<Mmu, Tlb> tlbs) {
    CountingWalker.Counter counter = new CountingWalker.Counter(walkers);
    counters.add(counter);
    Mmu mmu =
        Mmu.builder()
            .memory(slots)
            .cpu(CpuFeatures.intel(46))
            .without(PagingFeature.PKS, PagingFeature.LASS)
            .walkers(counter)
            .build();
    Tlb tlb = tlbs.apply(mmu);
    return new Cpu(number, mmu, tlb, new Memory(mmu, tlb, devices), faults::add);
  }

  private void startCpu1(int page) {
    cpus.get(1).start(page << 8, 0);
    if (threads != null) {
      threads.add(Thread.ofPlatform().start(() -> runOne(cpus.get(1))));
    }
  }

  /** Runs until no CPU does: in turns, so that each run is as any other. */
  Outcome run() {
    cpus.getFirst().start(RESET_SEGMENT, RESET_OFFSET);
    long most = MOST_INSTRUCTIONS;
    while (most > 0 && cpus.stream().anyMatch(Cpu::isRunning)) {
      for (int number = 0; number < TURNS.length; number++) {
        Cpu cpu = cpus.get(number);
        for (int i = 0; i < TURNS[number] && cpu.isRunning(); i++) {
          cpu.step();
          most--;
        }
      }
    }
    return outcome();
  }

  /** Runs each CPU in a thread of its own. */
  Outcome runInThreads() throws InterruptedException {
    threads = new ArrayList<>();
    cpus.getFirst().start(RESET_SEGMENT, RESET_OFFSET);
    runOne(cpus.getFirst());
    for (Thread thread : threads) {
      thread.join();
    }
    return outcome();
  }

  private static void runOne(Cpu cpu) {
    while (cpu.isRunning() && cpu.executed() < MOST_INSTRUCTIONS_OF_A_THREAD) {
      cpu.step();
    }
  }

  private Outcome outcome() {
    return new Outcome(
        end(),
        devices.printed(),
        List.copyOf(faults),
        FinalState.hash(cpus, slots.layout(), devices.printed()),
        cpus.stream().mapToLong(Cpu::executed).sum(),
        cpus.stream().mapToInt(Cpu::modeSwitches).sum(),
        counters.stream().mapToLong(CountingWalker.Counter::walks).sum(),
        cpus.stream().mapToLong(cpu -> cpu.tlb.hits()).sum());
  }

  private Outcome.End end() {
    if (cpus.stream().anyMatch(Cpu::isShutDown)) {
      return Outcome.End.SHUT_DOWN;
    }
    if (cpus.stream().anyMatch(Cpu::isExited)) {
      return Outcome.End.EXITED;
    }
    return cpus.stream().anyMatch(Cpu::isRunning) ? Outcome.End.TOO_LONG : Outcome.End.HALTED;
  }
}
