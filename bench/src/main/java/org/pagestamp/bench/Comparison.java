package org.pagestamp.bench;

import java.util.Locale;

/** A ratio of times that a paired run reports. */
enum Comparison {
  GENERATED_CHASE_C(Engine.GENERATED, Engine.CHASE_C),
  GENERATED_CHASE_JAVA(Engine.GENERATED, Engine.CHASE_JAVA),
  CHASE_JAVA_CHASE_C(Engine.CHASE_JAVA, Engine.CHASE_C),
  INTERPRETED_CHASE_JAVA(Engine.INTERPRETED, Engine.CHASE_JAVA),
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

  /** For example {@code generated/chase-c}. */
  String label() {
    return (variant + "/" + yardstick).toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
