package org.pagestamp.bench.scenario;

import java.util.List;
import org.pagestamp.bench.engine.Engine;

/**
 * A ratio of times that a paired run reads.
 *
 * @param variant whose time is divided
 * @param yardstick by whose time
 * @param dependent whether each walk waits for the one before
 */
record Comparison(Engine variant, Engine yardstick, boolean dependent) {
  /** How walks hang together, in words. */
  String loop() {
    return dependent ? "dependent" : "independent";
  }

  /** The comparison's reading: see {@link Reading#label()}. */
  String label() {
    return variant.label() + "/" + yardstick.label() + ", " + loop();
  }

  /** Whether the machine has both engines. */
  boolean isAvailable() {
    return variant.isAvailable() && yardstick.isAvailable();
  }

  /** Of the dependent and of the independent loop. */
  static List<Comparison> both(Engine variant, Engine yardstick) {
    return List.of(
        new Comparison(variant, yardstick, true), new Comparison(variant, yardstick, false));
  }
}
