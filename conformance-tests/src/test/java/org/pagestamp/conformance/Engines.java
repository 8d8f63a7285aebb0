package org.pagestamp.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.mode.PagingMode;

/** The engines under test, and their combinations with other things, for parameterized tests. */
final class Engines {
  private static final List<PagingMode> PAGING =
      List.of(PagingMode.TWO_LEVEL, PagingMode.PAE, PagingMode.FOUR_LEVEL, PagingMode.FIVE_LEVEL);

  private Engines() {}

  static List<Engine> all() {
    return List.of(Engine.interpreted(), Engine.generated(new Stamper()));
  }

  static Stream<Arguments> withModes() {
    return with(PAGING);
  }

  static Stream<Arguments> withMemoryKinds() {
    return with(List.of(MemoryKind.values()));
  }

  private static Stream<Arguments> with(List<?> others) {
    List<Arguments> list = new ArrayList<>();
    for (Engine engine : all()) {
      for (Object other : others) {
        list.add(Arguments.of(engine, other));
      }
    }
    return list.stream();
  }
}
