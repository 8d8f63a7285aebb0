package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.CaseGroup;

/** The case groups of the kit, in the order in which they run. */
public final class CaseGroups {
  private CaseGroups() {}

  /** The groups that make their cases themselves; a new list. */
  public static List<CaseGroup> made() {
    List<CaseGroup> groups = new ArrayList<>();
    groups.add(new PermissionGroup());
    groups.add(new RandomWalks());
    groups.add(new HostileTables());
    return groups;
  }
}
