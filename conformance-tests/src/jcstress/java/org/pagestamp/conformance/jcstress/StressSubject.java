package org.pagestamp.conformance.jcstress;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;

/** An engine over a kind of memory. All tests of a JVM have the same one. */
enum StressSubject {
  INTERPRETED_NATIVE(false, MemoryKind.NATIVE),
  GENERATED_NATIVE(true, MemoryKind.NATIVE),
  GENERATED_LONG_ARRAY(true, MemoryKind.LONG_ARRAY),
  GENERATED_ACCESSOR(true, MemoryKind.ACCESSOR);

  /** The system property that names the subject of a JVM. */
  static final String PROPERTY = "pagestamp.stress.subject";

  private final boolean generated;
  private final MemoryKind memory;

  StressSubject(boolean generated, MemoryKind memory) {
    this.generated = generated;
    this.memory = memory;
  }

  /** The subject of this JVM. */
  static StressSubject ofThisJvm() {
    return of(System.getProperty(PROPERTY, GENERATED_NATIVE.toString()));
  }

  /**
   * The subject of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static StressSubject of(String name) {
    return Arrays.stream(values())
        .filter(subject -> subject.toString().equals(name))
        .findAny()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no subject '" + name + "': there are " + names().replace(",", ", ")));
  }

  /** All names, comma-separated. */
  static String names() {
    return Arrays.stream(values()).map(StressSubject::toString).collect(Collectors.joining(","));
  }

  Engine engine() {
    return generated ? Engine.generated(new Stamper()) : Engine.interpreted();
  }

  MemoryKind memory() {
    return memory;
  }

  /** For example {@code generated-long-array}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
