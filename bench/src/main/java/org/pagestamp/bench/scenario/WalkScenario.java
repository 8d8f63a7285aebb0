package org.pagestamp.bench.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.pagestamp.bench.engine.Engine;
import org.pagestamp.bench.image.WalkedImage;
import org.pagestamp.bench.image.WalkedSpec;

/**
 * Walks of one image by several engines, in pairs. Immutable; made by {@link #of} and what follows
 * it.
 */
final class WalkScenario implements Scenario {
  private final String name;
  private final Group group;
  private final WalkedSpec image;
  private final boolean quick;
  private final List<Comparison> comparisons;
  private final List<Bar> bars;

  private WalkScenario(
      String name,
      Group group,
      WalkedSpec image,
      boolean quick,
      List<Comparison> comparisons,
      List<Bar> bars) {
    this.name = name;
    this.group = group;
    this.image = image;
    this.quick = quick;
    this.comparisons = List.copyOf(comparisons);
    this.bars = List.copyOf(bars);
  }

  /** A scenario without comparisons. */
  static WalkScenario of(Group group, String name, WalkedSpec image) {
    return new WalkScenario(name, group, image, false, List.of(), List.of());
  }

  /** The same in the quick run, too. */
  WalkScenario quick() {
    return new WalkScenario(name, group, image, true, comparisons, bars);
  }

  /** Generated and interpreted walks against each other and against the chases. */
  WalkScenario enginesAndChases() {
    return comparing(Engine.GENERATED, Engine.CHASE_C)
        .comparing(Engine.GENERATED, Engine.CHASE_JAVA)
        .comparing(Engine.SHORTEST_CHASE_C, Engine.CHASE_C)
        .comparing(Engine.CHASE_JAVA, Engine.CHASE_C)
        .comparing(Engine.INTERPRETED, Engine.CHASE_C)
        .comparing(Engine.GENERATED, Engine.INTERPRETED);
  }

  /** Also compares two engines, in both loops. */
  WalkScenario comparing(Engine variant, Engine yardstick) {
    List<Comparison> more = new ArrayList<>(comparisons);
    more.addAll(Comparison.both(variant, yardstick));
    return new WalkScenario(name, group, image, quick, more, bars);
  }

  /** Also compares two engines where walks are independent. */
  WalkScenario comparingIndependent(Engine variant, Engine yardstick) {
    List<Comparison> more = new ArrayList<>(comparisons);
    more.add(new Comparison(variant, yardstick, false));
    return new WalkScenario(name, group, image, quick, more, bars);
  }

  /** Also compares batches with single walks and with the chase, where walks are independent. */
  WalkScenario batches() {
    return comparingIndependent(Engine.WALK_ALL, Engine.GENERATED)
        .comparingIndependent(Engine.WALK_ALL, Engine.CHASE_C)
        .comparingIndependent(Engine.WALK_ALL, Engine.CHASE_JAVA);
  }

  /** Holds a comparison in one loop against a bar. */
  WalkScenario bar(Engine variant, Engine yardstick, boolean dependent, double limit) {
    Comparison comparison = new Comparison(variant, yardstick, dependent);
    if (!comparisons.contains(comparison)) {
      throw new IllegalArgumentException(name + " does not compare " + comparison.label());
    }
    String substitute =
        yardstick == Engine.CHASE_C
            ? new Comparison(variant, Engine.CHASE_JAVA, dependent).label()
            : "";
    List<Bar> more = new ArrayList<>(bars);
    more.add(new Bar(comparison.label(), substitute, limit));
    return new WalkScenario(name, group, image, quick, comparisons, more);
  }

  /** Holds generated walks against the chase in both loops. */
  WalkScenario chaseBars(double dependent, double independent) {
    return bar(Engine.GENERATED, Engine.CHASE_C, true, dependent)
        .bar(Engine.GENERATED, Engine.CHASE_C, false, independent);
  }

  /** Holds generated walks against interpreted ones in both loops. */
  WalkScenario interpretedBars(double dependent, double independent) {
    return bar(Engine.GENERATED, Engine.INTERPRETED, true, dependent)
        .bar(Engine.GENERATED, Engine.INTERPRETED, false, independent);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String title() {
    return image.title();
  }

  @Override
  public Group group() {
    return group;
  }

  @Override
  public boolean isQuick() {
    return quick;
  }

  @Override
  public List<Bar> bars() {
    return bars;
  }

  /** What is walked. */
  WalkedSpec image() {
    return image;
  }

  List<Comparison> comparisons() {
    return comparisons;
  }

  @Override
  public long measure(Effort effort, long zero, Consumer<Reading> readings) {
    WalkedImage built = image.build();
    List<Comparison> possible = comparisons.stream().filter(Comparison::isAvailable).toList();
    PairedLoops loops = new PairedLoops(built, possible, effort, zero);
    loops.warmUp();
    for (Comparison comparison : possible) {
      readings.accept(loops.compare(comparison));
    }
    return loops.sums();
  }

  @Override
  public String toString() {
    return name;
  }
}
