package org.pagestamp.conformance.nested;

import java.util.List;
import org.pagestamp.conformance.CaseGroup;

/** The case groups with a second stage, in the order in which they run. */
public final class NestedGroups {
  private NestedGroups() {}

  /** A new list. */
  public static List<CaseGroup> all() {
    return List.of(
        new Stage2RightsGroup(),
        new Stage2BitsGroup(),
        new Stage2UpdatesGroup(),
        new Stage2LogGroup(),
        new PositionsGroup(),
        new NestedRightsGroup(),
        new NestedLargeGroup(),
        new NestedReadOnlyGroup(),
        new NestedLogGroup(),
        new NestedRandomGroup(),
        new NestedBatchGroup());
  }
}
