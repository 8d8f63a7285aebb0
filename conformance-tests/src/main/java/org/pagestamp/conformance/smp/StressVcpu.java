package org.pagestamp.conformance.smp;

import java.util.Locale;
import java.util.SplittableRandom;
import org.pagestamp.access.GpaAccess;
import org.pagestamp.access.GvaAccess;
import org.pagestamp.access.MmioHandler;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.tlb.SoftwareTlb;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.Translator;
import org.pagestamp.vcpu.WalkerSource;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/** One virtual CPU: walks, loads, stores, LOCKed increments, changes of leaf entries. */
final class StressVcpu implements Runnable {
  /** How many accesses it makes before it looks whether it is to stop. */
  private static final int BURST = 64;

  private static final int CELLS = 2;

  /** Its leaf does not change, and maps ordinary RAM. */
  private static final int HOT_PAGE = 600;

  private final StressLog log;
  private final Pause pause;
  private final SplittableRandom random;
  private final int vcpus;
  private final Mmu mmu;
  private final Translator translator;
  private final GvaAccess memory;
  private final GpaAccess physical;
  private int cold;

  StressVcpu(
      StressGuest guest,
      StressLog log,
      Pause pause,
      WalkerSource walkers,
      boolean tlb,
      long seed,
      int number,
      int vcpus) {
    this.log = log;
    this.pause = pause;
    this.random = new SplittableRandom(seed + number);
    this.vcpus = vcpus;
    cold = number;
    mmu = Mmu.builder().memory(guest.slots()).cpu(CpuFeatures.intel(46)).walkers(walkers).build();
    mmu.restore(
        ControlBits.CR0_PE | ControlBits.CR0_PG | ControlBits.CR0_WP,
        StressGuest.ROOT,
        ControlBits.CR4_PAE,
        ControlBits.EFER_LME | ControlBits.EFER_LMA);
    MmioHandler nothing =
        new MmioHandler() {
          @Override
          public long read(long gpa, int size) {
            return 0;
          }

          @Override
          public void write(long gpa, int size, long value) {}
        };
    translator = tlb ? new SoftwareTlb(mmu) : mmu;
    memory = new GvaAccess(mmu, translator, nothing);
    physical = new GpaAccess(guest.slots()::layout, nothing);
    pause.register();
  }

  @Override
  public void run() {
    try {
      while (!pause.isOver()) {
        for (int i = 0; i < BURST; i++) {
          step();
        }
        if (pause.isWanted()) {
          mmu.detach(); // a virtual CPU that waits must not hold up those who change slots
          pause.stop();
        }
      }
    } catch (RuntimeException | Error e) {
      log.problem("a virtual CPU got " + e);
    } finally {
      pause.leave();
    }
  }

  private void step() {
    // A quarter goes to one page, where virtual CPUs meet.
    int page = random.nextInt(4) == 0 ? HOT_PAGE : random.nextInt(StressGuest.PAGES);
    long gva = (long) page << MemSlot.PAGE_SHIFT | random.nextInt(CELLS) * (long) Long.BYTES;
    int privilege = random.nextBoolean() ? Access.USER : 0;
    switch (random.nextInt(18)) {
      case 0, 1, 2, 3, 4, 5 -> {
        check(translator.translate(gva, privilege), gva, privilege);
      }
      case 6, 7, 8 -> {
        int access = privilege | Access.WRITE;
        check(translator.translate(gva, access), gva, access);
      }
      case 9, 10, 11 -> store(gva, privilege);
      case 12, 13 -> load(gva, privilege);
      case 14 -> increment();
      case 15 -> coldWalk(privilege);
      case 16 -> coldStore();
      default -> remap();
    }
  }

  private void store(long gva, int privilege) {
    if (random.nextBoolean()) {
      boolean _ = memory.write(gva, Long.BYTES, 0, privilege);
      check(memory.result(), gva, privilege | Access.WRITE);
      log.stores.increment();
      return;
    }
    // What is written depends on where; by gva the page might be another one by then.
    long result = translator.translate(gva, privilege | Access.WRITE);
    check(result, gva, privilege | Access.WRITE);
    if (WalkResult.isFault(result)) {
      return;
    }
    long gpa = WalkResult.gpa(result, gva);
    physical.write(gpa, Long.BYTES, StressGuest.cell(gpa, random.nextInt()));
    log.stores.increment();
  }

  private void coldWalk(int privilege) {
    long gva = StressGuest.coldGva(nextCold());
    int access = privilege | Access.WRITE;
    check(translator.translate(gva, access), gva, access);
  }

  private void coldStore() {
    int number = nextCold();
    long gpa = StressGuest.coldGpa(number);
    physical.write(gpa, Long.BYTES, StressGuest.cell(gpa, number));
    log.stores.increment();
  }

  /** All virtual CPUs go through the cold pages side by side, so that they share a log's words. */
  private int nextCold() {
    cold += vcpus;
    return cold;
  }

  private void load(long gva, int privilege) {
    boolean read = memory.read(gva, Long.BYTES, privilege);
    check(memory.result(), gva, privilege);
    if (read) {
      long gpa = WalkResult.gpa(memory.result(), gva);
      if (!StressGuest.isWhole(gpa, memory.value())) {
        log.problem(
            String.format(Locale.ROOT, "a torn value 0x%x at gpa 0x%x", memory.value(), gpa));
      }
    }
  }

  private void increment() {
    long gpa = StressGuest.counterGpa();
    long seen = physical.read(gpa, Long.BYTES);
    while (true) {
      long found = physical.compareAndExchange(gpa, Long.BYTES, seen, seen + 1);
      if (found == seen) {
        log.increments.incrementAndGet();
        return;
      }
      seen = found;
    }
  }

  /** As a guest's kernel changes a leaf: by LOCK CMPXCHG, since A and D may change meanwhile. */
  private void remap() {
    long gpa = StressGuest.entryGpa(random.nextInt(512));
    boolean unmap = random.nextInt(16) == 0;
    long leaf = unmap ? 0 : StressGuest.leaf(StressGuest.frame(random.nextInt(2048)));
    long seen = physical.read(gpa, Long.BYTES);
    if (physical.compareAndExchange(gpa, Long.BYTES, seen, leaf) == seen) {
      log.remaps.increment();
    }
  }

  private void check(long result, long gva, int access) {
    log.walks.increment();
    if (WalkResult.isFault(result)) {
      log.faults.increment();
      FaultReason reason = WalkResult.faultReason(result);
      boolean expected =
          StressGuest.changes(gva)
              && (reason == FaultReason.NOT_PRESENT || reason == FaultReason.UPDATE_CONTENDED)
              && WalkResult.errorCode(result) == access;
      if (!expected) {
        wrong(result, gva, access);
      }
      return;
    }
    SlotLayout layout = mmu.layout();
    MemSlot slot = layout.find(WalkResult.pageGpa(result) >>> MemSlot.PAGE_SHIFT);
    boolean tableReadOnly = StressGuest.isInTableSlot(gva) && layout.slots().get(1).isReadOnly();
    boolean write = (access & Access.WRITE) != 0;
    boolean whole =
        StressGuest.isWhole(result)
            && WalkResult.isInNoSlot(result) == (slot == null)
            && WalkResult.isInReadOnlySlot(result) == (slot != null && slot.isReadOnly())
            && (WalkResult.isAccessed(result) || tableReadOnly)
            && (!write || WalkResult.isDirty(result) || tableReadOnly)
            && (!WalkResult.isCleanWrite(result) || (write && tableReadOnly));
    if (!whole) {
      wrong(result, gva, access);
    }
  }

  private void wrong(long result, long gva, int access) {
    log.problem(
        String.format(
            Locale.ROOT,
            "%s at gva 0x%x: %s, in slots %s",
            Access.toString(access),
            gva,
            WalkResult.toString(result),
            mmu.layout()));
  }
}
