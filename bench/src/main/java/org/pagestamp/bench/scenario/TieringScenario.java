package org.pagestamp.bench.scenario;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.pagestamp.bench.image.ImageSpec;
import org.pagestamp.bench.image.SlotMemory;
import org.pagestamp.bench.image.SlotShape;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.codegen.TieredStamper;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * How long a guest waits at most for a walk when it changes its role or its memory slots: with
 * classes stamped in the background, with classes stamped in line, and with none, which shows what
 * the machine adds. A change and the first walk after it are one event, every other walk is one.
 *
 * <p>The sequences run in a JVM that has run them before, but for the classes: what an emulator
 * does at its start is not what is measured.
 */
final class TieringScenario implements Scenario {
  private static final String TIERED = "tiered";
  private static final String IN_LINE = "stamped in line";
  private static final String NEVER = "never stamped";
  private static final String FLIPS = "role flips, ";
  private static final String LAYOUTS = "slot changes, ";
  private static final String OF_WALKS = ": 99.99 % of walks";
  private static final String OF_CHANGES = ": 99.99 % of changes with their first walk";
  private static final String WORST = ": worst";
  private static final double PART = 0.9999;
  private static final double MICRO = 1e3;

  private static final int LEAST_WALKS = 100;
  private static final int MOST_WALKS = 500;
  private static final int FLIPS_FOR_A_LAYOUT = 10;
  private static final int MOST_FLIPS = 10_000;
  private static final int FULL_ROUNDS = 3;
  private static final int LEAST_BUILDS = 51;
  private static final int SLOTS_BUILT = 200_000;

  private final Map<String, DoubleStream.Builder> samples = new LinkedHashMap<>();
  private long zero;
  private long sums;

  /** Gives the walker after a change. */
  private interface Maker {
    Walker walker(Role role, SlotLayout layout);
  }

  @Override
  public String name() {
    return "tiering";
  }

  @Override
  public String title() {
    return String.format(
        Locale.ROOT,
        "the longest walks over %,d flips of WP, SMEP and SMAP, and over %,d changes of some 8"
            + " slots, with %d to %d walks after each",
        MOST_FLIPS,
        MOST_FLIPS / FLIPS_FOR_A_LAYOUT,
        LEAST_WALKS,
        MOST_WALKS);
  }

  @Override
  public Group group() {
    return Group.STAMPING;
  }

  @Override
  public boolean isQuick() {
    return true;
  }

  @Override
  public List<Bar> bars() {
    return List.of(new Bar(FLIPS + TIERED + OF_WALKS, "", 100));
  }

  @Override
  public long measure(Effort effort, long zero, Consumer<Reading> readings) {
    this.zero = zero;
    int flips = Math.min(MOST_FLIPS, 2 * effort.cycles());
    int changes = flips / FLIPS_FOR_A_LAYOUT;
    int rounds = effort.cycles() < MOST_FLIPS ? 1 : FULL_ROUNDS;
    TableImage image =
        ImageSpec.USUAL.over(SlotShape.EIGHT_MAIN, SlotMemory.SHARED_SEGMENT).build();
    ExecutorService background =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    try {
      for (int round = 0; round <= rounds; round++) {
        // The first round, which never stamps, is for the JIT.
        Maker never = new TieredStamper(new Stamper(), _ -> {})::walker;
        run(image, never, flips, changes, NEVER, round);
        if (round > 0) {
          Maker tiered = new TieredStamper(new Stamper(), background)::walker;
          run(image, tiered, flips, changes, TIERED, round);
          run(image, new Stamper()::stamp, flips, changes, IN_LINE, round);
        }
      }
    } finally {
      background.shutdownNow();
    }
    samples.forEach((what, micros) -> readings.accept(micros(what, micros.build().toArray())));
    for (SlotShape shape :
        List.of(SlotShape.EIGHT_MAIN, SlotShape.MAIN_509, SlotShape.MAIN_32764)) {
      readings.accept(newLayout(image, shape));
    }
    return sums;
  }

  private void run(TableImage image, Maker maker, int flips, int changes, String name, int round) {
    GuestChanges guest = new GuestChanges(image, round);
    Supplier<Walker> flip = () -> maker.walker(guest.flippedRole(), image.layout());
    run(image, () -> flip, flips, round, FLIPS + name);
    run(
        image,
        () -> {
          List<MemSlot> slots = guest.changedSlots();
          return () -> maker.walker(image.role(), GuestChanges.layout(slots));
        },
        changes,
        round,
        LAYOUTS + name);
  }

  /** What {@code guest} supplies makes the change, and is timed. */
  private void run(
      TableImage image, Supplier<Supplier<Walker>> guest, int changes, int round, String name) {
    Random random = new Random(round);
    Latencies firsts = new Latencies(changes);
    Latencies all = new Latencies(changes * MOST_WALKS);
    VcpuState vcpu = image.vcpu();
    long[] expected = expected(image, vcpu);
    long[] gvas = image.gvas();
    int at = 0;
    long result = 0;
    for (int i = 0; i < changes; i++) {
      Supplier<Walker> change = guest.get();
      int walks = LEAST_WALKS + random.nextInt(MOST_WALKS - LEAST_WALKS);
      Walker walker = null;
      for (int j = 0; j < walks; j++) {
        long gva = gvas[at] | (result & zero);
        long start = System.nanoTime();
        if (walker == null) {
          walker = change.get();
        }
        result = walker.walk(vcpu, gva, image.access());
        long nanos = System.nanoTime() - start;
        all.add(nanos);
        if (j == 0) {
          firsts.add(nanos);
        }
        if (result != expected[at]) {
          throw new IllegalStateException(name + ": a walk is wrong");
        }
        at = at + 1 == gvas.length ? 0 : at + 1;
      }
      sums += result;
    }
    if (round > 0) {
      sample(name + OF_WALKS, all.micros(PART));
      sample(name + OF_CHANGES, firsts.micros(PART));
      sample(name + WORST, all.micros(1));
    }
  }

  private void sample(String what, double micros) {
    samples.computeIfAbsent(what, _ -> DoubleStream.builder()).add(micros);
  }

  private static long[] expected(TableImage image, VcpuState vcpu) {
    Walker reference = new InterpretedWalker(image.role(), image.layout());
    long[] gvas = image.gvas();
    long[] expected = new long[gvas.length];
    for (int i = 0; i < gvas.length; i++) {
      expected[i] = reference.probe(vcpu, gvas[i], image.access());
    }
    return expected;
  }

  private static Reading micros(String subject, double... micros) {
    return Reading.of(subject, Unit.MICROSECONDS, micros);
  }

  /** What a change costs by the number of slots: the layout, and a walker that is interpreted. */
  private Reading newLayout(TableImage image, SlotShape shape) {
    SlotLayout layout = ImageSpec.USUAL.over(shape, SlotMemory.SHARED_SEGMENT).build().layout();
    List<MemSlot> slots = layout.slots();
    TieredStamper tiered = new TieredStamper(new Stamper(), _ -> {}, 1, 1);
    double[] micros = new double[Math.max(LEAST_BUILDS, SLOTS_BUILT / shape.count())];
    for (int i = 0; i < micros.length; i++) {
      List<MemSlot> now = slots.subList(0, slots.size() - i % 2); // the last comes and goes
      long start = System.nanoTime();
      Walker walker = tiered.walker(image.role(), GuestChanges.layout(now));
      micros[i] = (System.nanoTime() - start) / MICRO;
      sums += walker.layout().slots().size();
    }
    return micros("new layout of " + shape.count() + " slots, and its walker", micros);
  }
}
