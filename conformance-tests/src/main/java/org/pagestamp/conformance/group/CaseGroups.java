package org.pagestamp.conformance.group;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.nested.NestedGroups;
import org.pagestamp.conformance.profile.ProfilesGroup;

/** The case groups of the kit, in the order in which they run. */
public final class CaseGroups {
  private CaseGroups() {}

  /** All groups; those of data have what is shipped. */
  public static List<CaseGroup> all() {
    return all(List.of(), List.of());
  }

  /**
   * All groups.
   *
   * @param vectors vector files; if there are none, the shipped ones
   * @param guests capture folders or names of shipped guests; if there are none, all shipped ones
   */
  public static List<CaseGroup> all(List<Path> vectors, List<String> guests) {
    List<CaseGroup> groups = new ArrayList<>();
    groups.add(new VectorGroup(vectors));
    groups.add(new GuestGroup(guests));
    groups.addAll(made());
    groups.addAll(NestedGroups.all());
    groups.add(new NestedGuestGroup(guests));
    groups.add(new ProfilesGroup());
    return groups;
  }

  /** The groups that make their cases themselves; a new list. */
  private static List<CaseGroup> made() {
    List<CaseGroup> groups = new ArrayList<>();
    groups.add(new PermissionGroup());
    groups.add(new AccessGroup());
    groups.add(new SingleBitsGroup());
    groups.add(new LargePagesGroup());
    groups.add(new PriorityGroup());
    groups.add(new ReadOnlyGroup());
    groups.add(new RaceGroup());
    groups.add(new RecursionGroup());
    groups.add(new SlotsGroup());
    groups.add(new RandomWalks());
    groups.add(new RandomBatches());
    groups.add(new HostileTables());
    return groups;
  }
}
