package org.pagestamp.conformance.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** All rows, in the order of their ids. */
public final class ProfileRows {
  private ProfileRows() {}

  /** A new list. */
  public static List<ProfileRow> all() {
    List<ProfileRow> rows = new ArrayList<>();
    rows.addAll(FaultRows.all());
    rows.addAll(FormatRows.all());
    rows.addAll(UpdateRows.all());
    rows.addAll(CpuRows.all());
    rows.addAll(Stage2Rows.all());
    rows.addAll(NestedRows.all());
    rows.addAll(notModelled());
    rows.sort(
        Comparator.comparingInt((ProfileRow row) -> Integer.parseInt(row.number().substring(1)))
            .thenComparing(ProfileRow::id));
    return rows;
  }

  private static List<ProfileRow> notModelled() {
    return List.of(
        ProfileRow.notModelled(
            "D15", "shadow-stack accesses", "no kind of access is one, in any profile"),
        ProfileRow.notModelled(
            "D34",
            "memory type from PAT, PCD and PWT",
            "results have the index into the PAT in every profile; what type that makes is the"
                + " emulator's"),
        ProfileRow.notModelled(
            "D36",
            "update in a device that reads as ROM",
            "slots are RAM or read-only memory; a walk calls no device"));
  }

  /**
   * The rows with these ids or numbers, in the order of {@link #all}.
   *
   * @param ids such as {@code D3} or {@code D4b}, in either case
   * @throws IllegalArgumentException if there is no such row
   */
  public static List<ProfileRow> only(List<String> ids) {
    List<ProfileRow> all = all();
    for (String id : ids) {
      if (all.stream().noneMatch(row -> is(row, id))) {
        throw new IllegalArgumentException("no row '" + id + "': there are D1 to D38");
      }
    }
    return all.stream().filter(row -> ids.stream().anyMatch(id -> is(row, id))).toList();
  }

  private static boolean is(ProfileRow row, String id) {
    return row.id().equalsIgnoreCase(id) || row.number().equalsIgnoreCase(id);
  }
}
