package org.pagestamp.bench.scenario;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.pagestamp.bench.image.ImageSpec;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.walk.VcpuState;

/** Whether classes go away: stamps, walks once, and drops, many times. */
final class DropScenario implements Scenario {
  private static final String LEFT = "classes not unloaded";
  private static final String GROWTH = "metaspace, end/start";
  private static final double KIBI = 1024;
  private static final double MICRO = 1e3;

  @Override
  public String name() {
    return "stamp-and-drop";
  }

  @Override
  public String title() {
    return String.format(
        Locale.ROOT,
        "%,d classes stamped, used once and dropped (%,d in a quick run)",
        Effort.FULL.cycles(),
        Effort.QUICK.cycles());
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
    return List.of(new Bar(LEFT, "", 0), new Bar(GROWTH, "", 2));
  }

  @Override
  public long measure(Effort effort, long zero, Consumer<Reading> readings) {
    TableImage image = ImageSpec.USUAL.build();
    // Before the start, so that what the JIT keeps of the stamper does not count as the classes'.
    long sums = cycle(image, effort.classes());
    long start = Metaspace.usedAfterCollection();
    long unloaded = Metaspace.unloadedClasses();
    long began = System.nanoTime();
    sums += cycle(image, effort.cycles());
    double micros = (double) (System.nanoTime() - began) / MICRO / effort.cycles();
    long end = Metaspace.usedAfterCollection();
    long left = Math.max(0, effort.cycles() - (Metaspace.unloadedClasses() - unloaded));
    readings.accept(Reading.of("stamp, walk, unload", Unit.MICROSECONDS, micros));
    readings.accept(Reading.of("metaspace at the start", Unit.KIBIBYTES, (double) start / KIBI));
    readings.accept(Reading.of("metaspace at the end", Unit.KIBIBYTES, (double) end / KIBI));
    readings.accept(Reading.of(GROWTH, Unit.RATIO, (double) end / start));
    readings.accept(Reading.of(LEFT, Unit.COUNT, (double) left));
    return sums;
  }

  private static long cycle(TableImage image, int times) {
    Stamper stamper = new Stamper(0);
    VcpuState vcpu = image.vcpu();
    long sum = 0;
    for (int i = 0; i < times; i++) {
      long gva = image.gvas()[i % image.gvas().length];
      sum += stamper.stamp(image.role(), image.layout()).walk(vcpu, gva, image.access());
    }
    return sum;
  }
}
