package org.pagestamp.bench.scenario;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.pagestamp.bench.image.ImageSpec;
import org.pagestamp.bench.image.SlotMemory;
import org.pagestamp.bench.image.SlotShape;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.codegen.WalkerClass;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/** What a class costs: making it, keeping it, and its first walks. */
final class StampingScenario implements Scenario {
  private static final String WARM_STAMP = "warm stamp";
  private static final String ONE_SLOT = "1 slot";
  private static final int NEW_CLASSES = 15;
  private static final int FIRST_WALKS = 1_000;
  private static final int INTERPRETED_WINDOWS = 1_000;

  private static final int FAULTED_PAGES = 4_096;

  /** Break-even is given up after so many walks. */
  private static final long MOST_WALKS = 20_000_000;

  private static final double MICRO = 1e3;
  private static final double MILLI = 1e6;

  private static final List<SlotShape> SHAPES =
      List.of(SlotShape.EIGHT_MAIN, SlotShape.MAIN_32, SlotShape.MAIN_4096);

  /** Keeps no class, so that each stamp makes one. */
  private final Stamper stamper = new Stamper(0);

  private long zero;
  private long sums;

  @Override
  public String name() {
    return "stamping";
  }

  @Override
  public String title() {
    return "a class for 4-level paging: time, size, and walks until it pays";
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
    return List.of(new Bar(WARM_STAMP + ", " + ONE_SLOT, "", 150));
  }

  /**
   * A heap of one size that has its pages: a stamp makes 200 KB of garbage, and while a heap grows,
   * the system may take longer to give it those fifty pages than the stamp takes.
   */
  @Override
  public List<String> jvmOptions() {
    return List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");
  }

  @Override
  public long measure(Effort effort, long zero, Consumer<Reading> readings) {
    this.zero = zero;
    TableImage image = ImageSpec.USUAL.build();
    readings.accept(first(image));
    readings.accept(pageFault());
    stampings(image, effort.stamps());
    readings.accept(warm(image, ONE_SLOT, effort));
    readings.accept(classFile(image, effort));
    readings.accept(toEmptyClass(image, effort));
    readings.accept(size(image, ONE_SLOT));
    readings.accept(metaspace(image, effort));
    for (SlotShape shape : SHAPES) {
      TableImage other = ImageSpec.USUAL.over(shape, SlotMemory.SHARED_SEGMENT).build();
      String slots = shape.count() + " slots";
      readings.accept(warm(other, slots, effort));
      readings.accept(size(other, slots));
    }
    int classes = Math.min(NEW_CLASSES, effort.classes());
    readings.accept(firstWalks(image, classes));
    readings.accept(breakEven(image, classes, effort));
    return sums;
  }

  /** In a JVM that has not stamped yet: loads and links ASM and the generator. */
  private Reading first(TableImage image) {
    long start = System.nanoTime();
    Walker walker = stamper.stamp(image.role(), image.layout());
    long nanos = System.nanoTime() - start;
    walk(walker, image, 1);
    return Reading.of("first stamp of a JVM", Unit.MILLISECONDS, nanos / MILLI);
  }

  /**
   * What the system takes to give a page, of 4 KiB as a rule: each class that is kept needs some
   * for its metaspace.
   */
  private static Reading pageFault() {
    try (Arena arena = Arena.ofConfined()) {
      long start = System.nanoTime();
      MemorySegment _ = arena.allocate((long) FAULTED_PAGES * MemSlot.PAGE_SIZE, MemSlot.PAGE_SIZE);
      double nanos = System.nanoTime() - start;
      return Reading.of("page fault of the host", Unit.MICROSECONDS, nanos / FAULTED_PAGES / MICRO);
    }
  }

  /** The JIT has nothing left to improve in a stamper, and in ASM, after some thousand classes. */
  private Reading warm(TableImage image, String slots, Effort effort) {
    int sample = effort.stamps() / 16;
    stampings(image, sample);
    return Reading.of(WARM_STAMP + ", " + slots, Unit.MICROSECONDS, stampings(image, sample));
  }

  /** The part of a stamp that is ours; what is left is the JVM's. */
  private Reading classFile(TableImage image, Effort effort) {
    double[] micros = new double[effort.stamps() / 16];
    for (int i = 0; i < micros.length; i++) {
      long start = System.nanoTime();
      WalkerClass _ = stamper.generate(image.role(), image.layout());
      micros[i] = (System.nanoTime() - start) / MICRO;
    }
    return Reading.of("class file made, " + ONE_SLOT, Unit.MICROSECONDS, micros);
  }

  /**
   * What the JVM takes for any class: unlike microseconds, a ratio to it can be compared between
   * machines.
   */
  private Reading toEmptyClass(TableImage image, Effort effort) {
    byte[] empty =
        ClassFile.of().build(ClassDesc.of(getClass().getPackageName(), "Empty"), _ -> {});
    double[] ratios = new double[effort.stamps() / 16];
    for (int i = 0; i < ratios.length; i++) {
      long start = System.nanoTime();
      define(empty);
      long between = System.nanoTime();
      stamp(image);
      ratios[i] = (double) (System.nanoTime() - between) / (between - start);
    }
    return Reading.of(WARM_STAMP + ", " + ONE_SLOT + "/empty hidden class", Unit.RATIO, ratios);
  }

  private static void define(byte[] hidden) {
    try {
      MethodHandles.Lookup _ = MethodHandles.lookup().defineHiddenClass(hidden, true);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("a class of this package may be defined", e);
    }
  }

  /** How long each of some stamps takes. */
  private double[] stampings(TableImage image, int count) {
    double[] micros = new double[count];
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      stamp(image);
      micros[i] = (System.nanoTime() - start) / MICRO;
    }
    return micros;
  }

  private Walker stamp(TableImage image) {
    return stamper.stamp(image.role(), image.layout());
  }

  private Reading size(TableImage image, String slots) {
    int bytes = stamper.generate(image.role(), image.layout()).classFile().length;
    return Reading.of("class file, " + slots, Unit.BYTES, bytes);
  }

  private Reading metaspace(TableImage image, Effort effort) {
    List<Walker> kept = new ArrayList<>();
    long before = Metaspace.usedAfterCollection();
    for (int i = 0; i < effort.classes(); i++) {
      kept.add(stamp(image));
    }
    double bytes = Metaspace.usedAfterCollection() - before;
    return Reading.of("metaspace of a class, " + ONE_SLOT, Unit.BYTES, bytes / kept.size());
  }

  /** A new class begins in the JVM's bytecode interpreter. */
  private Reading firstWalks(TableImage image, int classes) {
    double[] micros = new double[classes];
    for (int i = 0; i < classes; i++) {
      Walker walker = stamp(image);
      long start = System.nanoTime();
      walk(walker, image, FIRST_WALKS);
      micros[i] = (System.nanoTime() - start) / MICRO;
    }
    return Reading.of("first 1,000 walks of a class", Unit.MICROSECONDS, micros);
  }

  /**
   * How many walks a new class needs until stamping it and walking with it took no longer than
   * walking interpreted, in a JVM in which all but the class itself is compiled.
   */
  private Reading breakEven(TableImage image, int classes, Effort effort) {
    int window = image.window();
    Walker interpreted = new InterpretedWalker(image.role(), image.layout());
    int windows = Math.min(INTERPRETED_WINDOWS, effort.classes());
    double[] nanos = new double[windows];
    for (int i = 0; i < windows; i++) {
      long start = System.nanoTime();
      walk(interpreted, image, window);
      nanos[i] = (double) (System.nanoTime() - start) / window;
    }
    double nanosInterpreted = Quartiles.of(nanos).median();
    double[] walks = new double[classes];
    for (int i = 0; i < classes; i++) {
      long done = 0;
      long start = System.nanoTime();
      Walker walker = stamp(image);
      do {
        walk(walker, image, window);
        done += window;
      } while (System.nanoTime() - start > done * nanosInterpreted && done < MOST_WALKS);
      walks[i] = done;
    }
    return Reading.of("walks until a class pays, " + ONE_SLOT, Unit.COUNT, walks);
  }

  /** One call site for all walkers, as in an emulator. */
  private void walk(Walker walker, TableImage image, int count) {
    VcpuState vcpu = image.vcpu();
    long[] gvas = image.gvas();
    long result = 0;
    for (int i = 0; i < count; i++) {
      result = walker.walk(vcpu, gvas[i] | (result & zero), image.access());
      sums += result;
    }
  }
}
