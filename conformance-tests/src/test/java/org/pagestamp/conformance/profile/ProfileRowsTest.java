package org.pagestamp.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.profile.Profile;

/** Each row shows what is stated of each profile, with both engines. */
class ProfileRowsTest {
  static final WalkerSubject INTERPRETED =
      new WalkerSubject(Engine.interpreted(), MemoryKind.NATIVE);
  static final WalkerSubject GENERATED =
      new WalkerSubject(Engine.generated(new Stamper()), MemoryKind.NATIVE);

  private static Stream<ProfileRow> modelled() {
    return ProfileRows.all().stream().filter(ProfileRow::isModelled);
  }

  static Stream<Arguments> rowsAndEngines() {
    return modelled()
        .flatMap(
            row ->
                Stream.of(INTERPRETED, GENERATED)
                    .map(walkers -> Arguments.of(row.id(), walkers.name(), row, walkers)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("rowsAndEngines")
  void eachProfileDoesAsStated(String id, String name, ProfileRow row, WalkerSubject walkers) {
    for (Profile profile : Profile.values()) {
      assertEquals(Optional.empty(), ProfilesGroup.problem(row, profile, walkers), id + name);
    }
  }

  /** Rows whose stated outcomes differ, in the order of the table. */
  static Stream<String> differing() {
    return StatedOutcomes.stated().entrySet().stream()
        .filter(stated -> stated.getValue().values().stream().distinct().count() > 1)
        .map(stated -> stated.getKey());
  }

  @ParameterizedTest
  @MethodSource("differing")
  void whereProfilesAreStatedToDifferTheyDo(String id) {
    Map<Profile, String> stated = StatedOutcomes.stated().get(id);
    List<Profile> known =
        StatedOutcomes.deviations().stream()
            .filter(deviation -> deviation.row().equals(id))
            .map(StatedOutcomes.Deviation::profile)
            .toList();
    ProfileRow row = ProfileRows.only(List.of(id)).getFirst();
    Map<Profile, String> seen = new EnumMap<>(Profile.class);
    for (Profile profile : Profile.values()) {
      seen.put(profile, row.observe(profile, GENERATED));
    }
    for (Profile one : Profile.values()) {
      for (Profile other : Profile.values()) {
        boolean differ = !stated.get(one).equals(stated.get(other));
        if (differ && !known.contains(one) && !known.contains(other)) {
          assertNotEquals(seen.get(one), seen.get(other), one + " " + other);
        }
      }
    }
  }

  @Test
  void whatIsStatedIsOfTheRowsThatThereAre() {
    assertEquals(
        modelled().map(ProfileRow::id).sorted().toList(),
        StatedOutcomes.stated().keySet().stream().sorted().toList());
    StatedOutcomes.stated()
        .forEach((id, outcomes) -> assertEquals(Set.of(Profile.values()), outcomes.keySet(), id));
  }

  @Test
  void theRowsAreD1ToD38() {
    assertEquals(
        IntStream.rangeClosed(1, 38).mapToObj(number -> "D" + number).toList(),
        ProfileRows.all().stream().map(ProfileRow::number).distinct().toList());
  }

  @Test
  void aKnownDeviationIsOneAndHasANote() {
    assertFalse(StatedOutcomes.deviations().isEmpty());
    for (StatedOutcomes.Deviation deviation : StatedOutcomes.deviations()) {
      String stated = StatedOutcomes.stated().get(deviation.row()).get(deviation.profile());
      assertNotEquals(stated, deviation.outcome(), deviation.row());
      String note = ProfileRows.only(List.of(deviation.row())).getFirst().note();
      assertFalse(note.isEmpty(), deviation.row());
    }
  }

  @Test
  void aRowThatIsNotModelledSaysWhyAndHasNothingToSee() {
    List<ProfileRow> rows = ProfileRows.all().stream().filter(row -> !row.isModelled()).toList();
    assertEquals(List.of("D15", "D34", "D36"), rows.stream().map(ProfileRow::id).toList());
    for (ProfileRow row : rows) {
      assertFalse(row.note().isEmpty(), row.id());
      assertThrows(IllegalStateException.class, () -> row.observe(Profile.KVM, INTERPRETED));
    }
  }

  @ParameterizedTest
  @CsvSource({"D3, 1", "d4, 3", "D4b, 1", "D22, 3"})
  void rowsAreChosenByIdOrNumber(String id, int count) {
    assertEquals(count, ProfileRows.only(List.of(id)).size());
  }

  @Test
  void anUnknownRowIsRefused() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> ProfileRows.only(List.of("D39")))
            .getMessage();
    assertTrue(message.contains("no row 'D39'"), message);
  }

  @Test
  void tablesThatDifferSayWhere() {
    List<ProfileRow> rows = ProfileRows.only(List.of("D1", "D15"));
    ProfileTable table = ProfileTable.of(rows, INTERPRETED);
    assertEquals(List.of(), table.differences(ProfileTable.of(rows, GENERATED)));
    ProfileTable.Line line = table.lines().getFirst();
    ProfileTable other =
        new ProfileTable(
            "other",
            List.of(
                new ProfileTable.Line(
                    line.row(),
                    List.of(
                        "x", "#PF 0x9 P RSVD", "#PF 0x9 P RSVD", "#PF 0x8 RSVD", "#PF 0x9 P RSVD")),
                table.lines().getLast()));
    assertEquals(
        List.of("D1, profile kvm: interpreted walks come to '#PF 0x9 P RSVD', other ones to 'x'"),
        table.differences(other));
    assertTrue(line.differs());
    assertEquals(List.of("#PF 0x9 P RSVD", "=", "=", "#PF 0x8 RSVD", "="), line.cells());
  }
}
