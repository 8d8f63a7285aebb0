package org.pagestamp.bench.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.bench.engine.Engine;
import org.pagestamp.bench.image.ImageSpec;

/** The table is consistent, and all of it can be measured. */
class ScenariosTest {
  @Test
  @DisplayName("names are unique and can be typed")
  void names() {
    Set<String> names = new HashSet<>();
    for (Scenario scenario : Scenarios.all()) {
      assertTrue(scenario.name().matches("[a-z0-9-]+"), scenario.name());
      assertTrue(names.add(scenario.name()), scenario.name());
    }
  }

  @Test
  @DisplayName("each group has a scenario, and they follow one another")
  void groups() {
    List<Group> order = Scenarios.all().stream().map(Scenario::group).distinct().toList();
    assertEquals(List.copyOf(EnumSet.allOf(Group.class)), order);
  }

  @Test
  @DisplayName("an unknown name is refused by name")
  void unknown() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Scenarios.named("nosuch"));
    assertEquals("no scenario 'nosuch'", e.getMessage());
  }

  @Test
  @DisplayName("a bar for a ratio that is not measured is refused")
  void strayBar() {
    WalkScenario scenario = WalkScenario.of(Group.MODES, "x", ImageSpec.USUAL);
    assertThrows(
        IllegalArgumentException.class,
        () -> scenario.bar(Engine.GENERATED, Engine.CHASE_C, true, 1));
  }

  static Stream<Scenario> scenarios() {
    return Scenarios.all().stream()
        .filter(scenario -> !(scenario instanceof WalkScenario walks && walks.image().isBig()));
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  @DisplayName("engines agree, and every bar has its reading")
  void measures(Scenario scenario) {
    List<Reading> readings = new ArrayList<>();
    scenario.measure(Effort.TRIAL, 0, readings::add);
    List<String> labels = readings.stream().map(Reading::label).toList();
    assertEquals(labels.stream().distinct().toList(), labels);
    for (Bar bar : scenario.bars()) {
      assertTrue(labels.contains(bar.label()) || labels.contains(bar.substitute()), bar.label());
    }
    if (scenario instanceof WalkScenario walks) {
      assertEquals(
          walks.comparisons().stream()
              .filter(Comparison::isAvailable)
              .map(Comparison::label)
              .collect(Collectors.toList()),
          labels);
    }
  }
}
