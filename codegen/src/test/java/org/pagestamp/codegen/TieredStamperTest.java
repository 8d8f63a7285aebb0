package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemoryAccessor;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

class TieredStamperTest {
  private static final Role ROLE = Layouts.FOUR_LEVEL;
  private static final Role OTHER_ROLE =
      Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46), Control.NXE);
  private static final int THRESHOLD = 100;
  private static final int WRITE = Access.WRITE | Access.USER;

  private final TieredGuest guest = new TieredGuest();
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final TieredStamper stamper = stamper(THRESHOLD, 8);

  private TieredStamper stamper(int threshold, int kept) {
    return new TieredStamper(new Stamper(), tasks::add, threshold, kept);
  }

  private void walk(Walker walker, int times) {
    for (int i = 0; i < times; i++) {
      long gva = TieredGuest.gva(i);
      assertEquals(TieredGuest.gpa(gva), WalkResult.pageGpa(walker.walk(guest.vcpu, gva, WRITE)));
    }
  }

  private void runTasks() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  private static void assertInterpreted(TieredWalker walker) {
    assertFalse(walker.isStamped());
    assertInstanceOf(InterpretedWalker.class, walker.current());
  }

  private static void assertStamped(TieredWalker walker) {
    assertTrue(walker.isStamped());
    assertTrue(walker.current().getClass().isHidden());
    assertEquals(Optional.empty(), walker.failure());
  }

  @Test
  void aWalkerIsInterpretedUntilTheExecutorHasMadeItsClass() {
    TieredWalker walker = stamper.walker(ROLE, guest.layout);
    walk(walker, THRESHOLD - 1);
    assertEquals(0, tasks.size());
    walk(walker, 1);
    assertEquals(1, tasks.size());
    assertInterpreted(walker);
    walk(walker, 3 * THRESHOLD);
    assertEquals(1, tasks.size());
    runTasks();
    assertStamped(walker);
    walk(walker, 3 * THRESHOLD);
    assertEquals(0, tasks.size());
  }

  @Test
  void withAThresholdOf0TheExecutorIsAskedAtOnce() {
    TieredWalker walker = stamper(0, 8).walker(ROLE, guest.layout);
    assertEquals(1, tasks.size());
    assertInterpreted(walker);
    runTasks();
    assertStamped(walker);
    walk(walker, 1);
  }

  @Test
  void allThatAWalkerAnswersComesFromTheClass() {
    TieredWalker walker = stamper.walker(ROLE, guest.layout);
    walk(walker, THRESHOLD);
    runTasks();
    Walker stamped = walker.current();
    assertEquals(stamped.probe(guest.vcpu, 0, WRITE), walker.probe(guest.vcpu, 0, WRITE));
    assertEquals(
        stamped.explain(guest.vcpu, 0, WRITE).toString(),
        walker.explain(guest.vcpu, 0, WRITE).toString());
    long[] results = new long[2];
    walker.walkAll(guest.vcpu, new long[] {0x1000, 0x2000}, WRITE, results);
    assertEquals(TieredGuest.gpa(0x2000), WalkResult.pageGpa(results[1]));
  }

  @Test
  void batchesCountAsManyWalks() {
    TieredWalker walker = stamper.walker(ROLE, guest.layout);
    long[] gvas = new long[THRESHOLD];
    Arrays.setAll(gvas, TieredGuest::gva);
    long[] results = new long[THRESHOLD];
    walker.walkAll(guest.vcpu, gvas, WRITE, results);
    assertEquals(TieredGuest.gpa(gvas[1]), WalkResult.pageGpa(results[1]));
    assertEquals(1, tasks.size());
    runTasks();
    assertStamped(walker);
  }

  @Test
  void aGuestThatFlipsItsRoleGetsItsWalkersBack() {
    TieredWalker first = stamper.walker(ROLE, guest.layout);
    walk(first, THRESHOLD);
    runTasks();
    TieredWalker second = stamper.walker(OTHER_ROLE, guest.layout);
    assertInterpreted(second);
    assertSame(first, stamper.walker(equalRole(), guest.layout));
    assertSame(second, stamper.walker(OTHER_ROLE, guest.layout));
    assertStamped(first);
    walk(second, THRESHOLD);
    runTasks();
    assertStamped(second);
    assertNotSame(first.current().getClass(), second.current().getClass());
  }

  private static Role equalRole() {
    return Role.of(
        PagingMode.FOUR_LEVEL, CpuFeatures.intel(46), Control.SMEP, Control.NXE, Control.WP);
  }

  @Test
  void aSlotThatComesBackGetsItsWalkerBack() {
    TieredWalker walker = stamper.walker(ROLE, guest.layout);
    SlotLayout without = SlotLayout.builder().build();
    assertNotSame(walker, stamper.walker(ROLE, without));
    SlotLayout again = SlotLayout.builder().slot(guest.layout.slots().getFirst()).build();
    assertSame(walker, stamper.walker(ROLE, again));
    assertSame(walker, stamper.walker(ROLE, again));
    assertSame(walker, stamper.walker(ROLE, guest.layout));
  }

  @Test
  void theLeastRecentlyUsedWalkerIsForgottenFirst() {
    TieredStamper two = stamper(THRESHOLD, 2);
    Role third = Role.of(PagingMode.FIVE_LEVEL, CpuFeatures.intel(46));
    TieredWalker first = two.walker(ROLE, guest.layout);
    TieredWalker second = two.walker(OTHER_ROLE, guest.layout);
    assertSame(first, two.walker(ROLE, guest.layout));
    two.walker(third, guest.layout);
    assertSame(first, two.walker(ROLE, guest.layout));
    assertNotSame(second, two.walker(OTHER_ROLE, guest.layout));
    two.clear();
    assertNotSame(first, two.walker(ROLE, guest.layout));
  }

  @Test
  void aWalkerThatIsNoLongerKeptStillGetsItsClass() {
    TieredWalker walker = stamper.walker(ROLE, guest.layout);
    stamper.clear();
    walk(walker, THRESHOLD);
    runTasks();
    assertStamped(walker);
  }

  @Test
  void anExecutorThatRefusesIsAskedAgainLater() {
    RejectedExecutionException refusal = new RejectedExecutionException("not now");
    boolean[] refuses = {true};
    TieredStamper picky =
        new TieredStamper(
            new Stamper(),
            task -> {
              if (refuses[0]) {
                throw refusal;
              }
              tasks.add(task);
            },
            THRESHOLD,
            8);
    TieredWalker walker = picky.walker(ROLE, guest.layout);
    walk(walker, THRESHOLD);
    assertEquals(Optional.of(refusal), walker.failure());
    assertInterpreted(walker);
    refuses[0] = false;
    walk(walker, TieredStamper.DEFAULT_THRESHOLD - 1);
    assertEquals(0, tasks.size());
    walk(walker, 1);
    assertEquals(1, tasks.size());
    runTasks();
    assertStamped(walker);
  }

  @Test
  void aClassThatCannotBeMadeLeavesTheWalkerInterpreted(@TempDir Path directory)
      throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    Stamper dumpsIntoAFile = new Stamper(1, file.toString());
    TieredWalker walker =
        new TieredStamper(dumpsIntoAFile, tasks::add, THRESHOLD, 8).walker(ROLE, guest.layout);
    walk(walker, THRESHOLD);
    runTasks();
    assertInstanceOf(UncheckedIOException.class, walker.failure().orElseThrow());
    assertInterpreted(walker);
    walk(walker, 3 * TieredStamper.DEFAULT_THRESHOLD);
    assertEquals(0, tasks.size());
  }

  @Test
  void memoryThatIsGoneLeavesTheWalkerInterpreted() {
    TieredWalker walker;
    try (Arena arena = Arena.ofShared()) {
      walker =
          stamper.walker(ROLE, TieredGuest.layoutOf(Backing.of(arena.allocate(2 << 20, 4096))));
      for (int i = 0; i < THRESHOLD; i++) {
        assertTrue(WalkResult.isFault(walker.walk(guest.vcpu, 0, WRITE)));
      }
    }
    runTasks();
    assertInstanceOf(IllegalStateException.class, walker.failure().orElseThrow());
    assertInterpreted(walker);
  }

  @Test
  void aLayoutThatCannotBeUpdatedIsRefusedAtOnce() {
    SlotLayout ints = SlotLayout.builder().ram(0, Backing.of(new int[1024])).build();
    assertThrows(IllegalArgumentException.class, () -> stamper.walker(ROLE, ints));
    assertEquals(0, tasks.size());
  }

  @Test
  void negativeNumbersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> stamper(-1, 8));
    assertThrows(IllegalArgumentException.class, () -> stamper(1, -1));
  }

  @Test
  void accessesThatAreNoneAreRefusedAndNotRepeated() {
    TieredWalker walker = stamper.walker(ROLE, guest.layout);
    walk(walker, THRESHOLD - 1);
    assertThrows(
        IllegalArgumentException.class,
        () -> walker.walk(guest.vcpu, 0, Access.WRITE | Access.FETCH));
    assertEquals(0, tasks.size());
    walk(walker, 1);
    runTasks();
    assertStamped(walker);
  }

  /** What the guest does between its walks and the warming up is none of the warm-up's business. */
  @Test
  void warmingUpStoresNothing() {
    TieredWalker walker = stamper.walker(ROLE, guest.layout);
    walk(walker, THRESHOLD);
    assertTrue(guest.dirtyPages() > 0);
    guest.age();
    long[] before = guest.words.clone();
    runTasks();
    assertStamped(walker);
    assertArrayEquals(before, guest.words);
    assertEquals(0, guest.dirtyPages());
    walk(walker, TieredGuest.PAGES);
    assertTrue(guest.dirtyPages() > 0);
  }

  @Test
  void warmingUpStoresNothingIntoTablesThatAreReused() {
    TieredWalker walker = stamper.walker(ROLE, guest.layout);
    long[] gvas = new long[THRESHOLD];
    Arrays.setAll(gvas, TieredGuest::gva);
    walker.walkAll(guest.vcpu, gvas, WRITE, new long[THRESHOLD]);
    Random random = new Random(5);
    Arrays.setAll(guest.words, _ -> random.nextLong(512) << 12 | TieredGuest.RIGHTS);
    guest.age();
    long[] before = guest.words.clone();
    runTasks();
    assertStamped(walker);
    assertArrayEquals(before, guest.words);
    assertEquals(0, guest.dirtyPages());
  }

  @Test
  void anAccessorIsNotReadToWarmUp() {
    List<Long> reads = new ArrayList<>();
    MemoryAccessor recording =
        new LongArrayAccessor(guest.words) {
          @Override
          public long getLong(long gpa) {
            reads.add(gpa);
            return super.getLong(gpa);
          }

          @Override
          public boolean isAtomic() {
            return true; // one thread at a time
          }
        };
    TieredWalker walker = stamper.walker(ROLE, TieredGuest.layoutOf(Backing.of(recording)));
    walk(walker, THRESHOLD);
    reads.clear();
    runTasks();
    assertStamped(walker);
    assertEquals(0, reads.size());
    walk(walker, 1);
    assertFalse(reads.isEmpty());
  }

  @Test
  void memoryOfAnotherThreadIsNotReadToWarmUp() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      SlotLayout confined =
          SlotLayout.builder()
              .updateMode(UpdateMode.SINGLE_VCPU)
              .ram(0, Backing.of(arena.allocate(2 << 20, 4096)))
              .build();
      TieredWalker walker = stamper.walker(ROLE, confined);
      for (int i = 0; i < THRESHOLD; i++) {
        assertTrue(WalkResult.isFault(walker.walk(guest.vcpu, 0, WRITE)));
      }
      try (ExecutorService other = Executors.newSingleThreadExecutor()) {
        other.submit(this::runTasks).get();
      }
      assertStamped(walker);
    }
  }

  private Callable<Integer> walksUntilStamped(TieredWalker walker) {
    VcpuState vcpu = new VcpuState(guest.vcpu);
    return () -> {
      int wrong = 0;
      int left = 1_000;
      for (int i = 0; left > 0; i++) {
        long gva = TieredGuest.gva(i);
        if (WalkResult.pageGpa(walker.walk(vcpu, gva, WRITE)) != TieredGuest.gpa(gva)) {
          wrong++;
        }
        if (walker.isStamped() || walker.failure().isPresent()) {
          left--;
        }
      }
      return wrong;
    };
  }

  @Test
  void threadsMayWalkWhileTheClassComes() throws Exception {
    TieredWalker walker = stamper.walker(ROLE, guest.layout);
    try (ExecutorService vcpus = Executors.newFixedThreadPool(3)) {
      List<Future<Integer>> wrong = new ArrayList<>();
      for (int thread = 0; thread < 3; thread++) {
        wrong.add(vcpus.submit(walksUntilStamped(walker)));
      }
      tasks.take().run();
      for (Future<Integer> each : wrong) {
        assertEquals(0, each.get());
      }
    }
    assertStamped(walker);
    assertEquals(0, tasks.size());
  }
}
