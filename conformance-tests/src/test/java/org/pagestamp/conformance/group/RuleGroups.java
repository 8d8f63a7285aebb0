package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Engine;
import org.pagestamp.mode.PagingMode;

/** The groups that make cases from rules, for parameterized tests. */
final class RuleGroups {
  private RuleGroups() {}

  static List<CaseGroup> all() {
    return List.of(
        new AccessGroup(),
        new SingleBitsGroup(),
        new PriorityGroup(),
        new ReadOnlyGroup(),
        new RaceGroup(),
        new SlotsGroup(),
        new LargePagesGroup(),
        new RecursionGroup());
  }

  static Stream<Arguments> withModesAndEngines() {
    List<Arguments> list = new ArrayList<>();
    for (Engine engine : List.of(Engine.interpreted(), Engine.generated(new Stamper()))) {
      for (CaseGroup group : all()) {
        for (PagingMode mode : PagingMode.values()) {
          if (group.covers(mode)) {
            list.add(Arguments.of(group.name(), mode, engine, group));
          }
        }
      }
    }
    return list.stream();
  }
}
