package org.pagestamp.bench;

/** A ratio of times that a paired run reports. */
enum Comparison {
  GENERATED_CHASE(Engine.GENERATED, Engine.CHASE),
  INTERPRETED_CHASE(Engine.INTERPRETED, Engine.CHASE),
  GENERATED_INTERPRETED(Engine.GENERATED, Engine.INTERPRETED),
  REPACKED_GENERATED(Engine.REPACKED, Engine.GENERATED);

  private final Engine variant;
  private final Engine yardstick;

  Comparison(Engine variant, Engine yardstick) {
    this.variant = variant;
    this.yardstick = yardstick;
  }

  Engine variant() {
    return variant;
  }

  Engine yardstick() {
    return yardstick;
  }
}
