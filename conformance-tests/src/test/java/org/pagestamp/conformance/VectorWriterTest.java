package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written is read again as it was. */
class VectorWriterTest {
  /** Where a vector stands is not part of it. */
  private static String comparable(WalkVector vector) {
    return vector.toString().replace(vector.origin().toString(), "");
  }

  private static WalkVector again(WalkVector vector) throws IOException {
    String line = VectorWriter.write(vector).orElseThrow();
    try (VectorReader reader = VectorLines.reader(line)) {
      return (WalkVector) reader.next().orElseThrow();
    }
  }

  /** Those of a second stage are read only: no run writes them yet. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"EPT", "NESTED"})
  @DisplayName("every shipped vector of one stage")
  void shipped(VectorSet set) throws IOException {
    int compared = 0;
    try (VectorReader reader = set.open()) {
      for (Optional<PlacedVector> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get() instanceof WalkVector vector) {
          assertEquals(comparable(vector), comparable(again(vector)));
          compared++;
        }
      }
    }
    assertTrue(compared >= 100, () -> "few vectors in " + set);
  }

  @Test
  @DisplayName("what the format of other people has no field for")
  void optionalFields() throws IOException {
    String line =
        VectorLines.GOOD
            .strip()
            .replace(
                "\"maxphyaddr\":40",
                "\"pkrs\":\"0x8\",\"maxphyaddr\":40,\"amd\":true,\"one_gig\":false")
            .replaceFirst("}$", ",\"answer\":\"0x1234\"}");
    try (VectorReader reader = VectorLines.reader(line)) {
      WalkVector vector = (WalkVector) reader.next().orElseThrow();
      assertEquals(8, vector.pkrs());
      assertTrue(vector.role().amd());
      assertEquals(false, vector.role().oneGigPages());
      assertEquals(OptionalLong.of(0x1234), vector.answer());
      assertEquals(comparable(vector), comparable(again(vector)));
    }
  }
}
