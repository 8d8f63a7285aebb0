package org.pagestamp.bench.scenario;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.pagestamp.bench.image.ImageSpec;
import org.pagestamp.bench.image.SlotMemory;
import org.pagestamp.bench.image.SlotShape;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.codegen.TieredStamper;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * How long a guest may have to wait for a walk when it changes its role or its memory slots, with
 * classes stamped in the background and, for comparison, in line. A change and the first walk after
 * it are one event, every other walk is one.
 */
final class TieringScenario implements Scenario {
  private static final String TIERED = "tiered";
  private static final String IN_LINE = "in line";
  private static final String FLIPS = "role flips, ";
  private static final String LAYOUTS = "slot changes, ";
  private static final String LIMIT = ", all walks, 99.99 %";
  private static final String LIMIT_OF_FIRST = ", change and first walk, 99.99 %";
  private static final String WORST = ", worst walk";
  private static final double PART = 0.9999;
  private static final double MICRO = 1e3;

  private static final int LEAST_WALKS = 100;
  private static final int MOST_WALKS = 500;
  private static final int FLIPS_FOR_A_LAYOUT = 10;
  private static final int MOST_FLIPS = 10_000;

  /** How many layouts the guest goes back to. */
  private static final int KNOWN = 16;

  private static final int BUILDS = 101;

  private static final long CR0 = 0x8000_0011L;
  private static final long CR4_PAE = 1L << 5;
  private static final long EFER = 0xD00;
  private static final CpuFeatures CPU = CpuFeatures.intel(46);

  private final Random random = new Random(4);
  private long zero;
  private long sums;

  /** Gives the walker after a change. */
  private interface Maker {
    Walker walker(Role role, SlotLayout layout);
  }

  /** What the guest does. */
  private interface Change {
    Walker make(Maker maker);
  }

  @Override
  public String name() {
    return "tiering";
  }

  @Override
  public String title() {
    return String.format(
        Locale.ROOT,
        "%,d flips of WP, SMEP and SMAP and %,d changes of 8 slots, %d to %d walks after each",
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
    return List.of(
        new Bar(FLIPS + TIERED + LIMIT, "", 100),
        new Bar(FLIPS + TIERED + LIMIT_OF_FIRST, "", 100));
  }

  @Override
  public long measure(Effort effort, long zero, Consumer<Reading> readings) {
    this.zero = zero;
    int flips = Math.min(MOST_FLIPS, 2 * effort.cycles());
    int changes = flips / FLIPS_FOR_A_LAYOUT;
    TableImage image =
        ImageSpec.USUAL.over(SlotShape.EIGHT_MAIN, SlotMemory.SHARED_SEGMENT).build();
    ExecutorService background =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    try {
      run(image, InterpretedWalker::new, flips / 10 + 1, () -> flip(image), _ -> {}, "");
      TieredStamper tiered = new TieredStamper(new Stamper(), background);
      run(image, tiered::walker, flips, () -> flip(image), readings, FLIPS + TIERED);
      run(image, tiered::walker, changes, layouts(image), readings, LAYOUTS + TIERED);
    } finally {
      background.shutdownNow();
    }
    Stamper stamper = new Stamper();
    run(image, stamper::stamp, flips, () -> flip(image), readings, FLIPS + IN_LINE);
    run(image, stamper::stamp, changes, layouts(image), readings, LAYOUTS + IN_LINE);
    readings.accept(newLayout(image, SlotShape.EIGHT_MAIN));
    readings.accept(newLayout(image, SlotShape.MAIN_509));
    readings.accept(newLayout(image, SlotShape.MAIN_32764));
    return sums;
  }

  /** Another of eight roles, from registers as an emulator has them. */
  private Change flip(TableImage image) {
    int bits = random.nextInt(8);
    long cr0 = CR0 | (bits & 1L) << 16;
    long cr4 = CR4_PAE | (bits >>> 1 & 3L) << 20;
    return maker -> maker.walker(Role.fromRegisters(cr0, cr4, EFER, CPU), image.layout());
  }

  /** Slots that come and go, half of the time back to a layout that was there before. */
  private Supplier<Change> layouts(TableImage image) {
    List<List<MemSlot>> known = new ArrayList<>();
    known.add(image.layout().slots());
    return () -> {
      boolean back = random.nextBoolean();
      List<MemSlot> slots = known.get(random.nextInt(known.size()));
      if (!back) {
        slots = changed(slots, image);
        if (known.size() < KNOWN) {
          known.add(slots);
        } else {
          known.set(1 + random.nextInt(KNOWN - 1), slots);
        }
      }
      List<MemSlot> wanted = slots;
      return maker -> maker.walker(image.role(), layoutOf(wanted));
    };
  }

  private static SlotLayout layoutOf(List<MemSlot> slots) {
    SlotLayout.Builder builder = SlotLayout.builder();
    slots.forEach(builder::slot);
    return builder.build();
  }

  /** A small slot less, or a new one more, which no layout has had. */
  private List<MemSlot> changed(List<MemSlot> slots, TableImage image) {
    List<MemSlot> changed = new ArrayList<>(slots);
    if (slots.size() > 6 && random.nextBoolean()) {
      changed.remove(1 + random.nextInt(slots.size() - 1));
    }
    long page = MemSlot.PAGE_SIZE;
    long base = (1L << 40) + random.nextInt(1 << 20) * page;
    SlotLayout added =
        SlotLayout.builder()
            .slot(base, page, EnumSet.noneOf(SlotFlag.class), backing(image))
            .build();
    if (changed.stream().noneMatch(slot -> slot.contains(base >>> MemSlot.PAGE_SHIFT))) {
      changed.add(added.slots().getFirst());
    }
    return changed;
  }

  private static Backing backing(TableImage image) {
    return image.layout().slots().getFirst().backing();
  }

  private void run(
      TableImage image,
      Maker maker,
      int changes,
      Supplier<Change> guest,
      Consumer<Reading> readings,
      String name) {
    Latencies firsts = new Latencies(changes);
    Latencies all = new Latencies(changes * MOST_WALKS);
    VcpuState vcpu = image.vcpu();
    long[] expected = expected(image, vcpu);
    long[] gvas = image.gvas();
    int at = 0;
    long result = 0;
    for (int i = 0; i < changes; i++) {
      Change change = guest.get();
      int walks = LEAST_WALKS + random.nextInt(MOST_WALKS - LEAST_WALKS);
      Walker walker = null;
      for (int j = 0; j < walks; j++) {
        long gva = gvas[at] | (result & zero);
        long start = System.nanoTime();
        if (walker == null) {
          walker = change.make(maker);
        }
        result = walker.walk(vcpu, gva, image.access());
        long nanos = System.nanoTime() - start;
        all.add(nanos);
        if (j == 0) {
          firsts.add(nanos);
        }
        if (result != expected[at]) {
          throw new IllegalStateException("a walk of the sequence '" + name + "' is wrong");
        }
        at = at + 1 == gvas.length ? 0 : at + 1;
      }
      sums += result;
    }
    readings.accept(micros(name + LIMIT, all.micros(PART)));
    readings.accept(micros(name + LIMIT_OF_FIRST, firsts.micros(PART)));
    readings.accept(micros(name + WORST, all.micros(1)));
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
    double[] micros = new double[BUILDS];
    for (int i = 0; i < BUILDS; i++) {
      List<MemSlot> now = slots.subList(0, slots.size() - i % 2); // the last comes and goes
      long start = System.nanoTime();
      Walker walker = tiered.walker(image.role(), layoutOf(now));
      micros[i] = (System.nanoTime() - start) / MICRO;
      sums += walker.layout().slots().size();
    }
    return micros("new layout of " + shape.count() + " slots, and its walker", micros);
  }
}
