package org.pagestamp.conformance.planted;

import java.util.List;

/**
 * A deliberate fault: a piece of source text and what replaces it.
 *
 * @param name a word for the kill table
 * @param meaning what goes wrong, in a line
 * @param has which engines have it
 * @param type the class that is changed, without {@code org.pagestamp.}
 * @param find the text that is replaced; must occur once, white space aside
 * @param make what replaces it
 */
record PlantedBug(String name, String meaning, Engines has, String type, String find, String make) {
  /** Whether only walkers with a second stage have the fault. */
  boolean isOfSecondStage() {
    String simple = type.substring(type.lastIndexOf('.') + 1);
    return has == Engines.STAGE2 || simple.contains("Stage2") || simple.contains("Nested");
  }

  /** The engines that a fault is in; the faults of each kind have a file. */
  enum Engines {
    /** Mode tables, roles, registers, results. */
    BOTH("both.bugs", List.of("interpreted", "generated")),
    /** The interpreted walker, and lookups that only it makes. */
    INTERPRETED("interpreted.bugs", List.of("interpreted")),
    /** The generator. */
    GENERATED("generated.bugs", List.of("generated")),
    /** Formats, roles and results of a second stage. */
    STAGE2("stage2.bugs", List.of("interpreted", "generated")),
    /** Profiles, and what both engines make of choices. */
    CHOICES("choices.bugs", List.of("interpreted", "generated")),
    /** What the interpreted walkers make of choices. */
    CHOICES_INTERPRETED("choices-interpreted.bugs", List.of("interpreted")),
    /** What the generator makes of choices. */
    CHOICES_GENERATED("choices-generated.bugs", List.of("generated")),
    /** The TLB, which is no walker: other trials look for these. */
    TLB("tlb.bugs", List.of("tlb"));

    private final String file;

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<String> names;

    Engines(String file, List<String> names) {
      this.file = file;
      this.names = names;
    }

    /** The resource that lists the faults. */
    String file() {
      return file;
    }

    /** The engines' names. */
    List<String> names() {
      return names;
    }
  }
}
