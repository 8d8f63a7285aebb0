package org.pagestamp.conformance.planted;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of planted bugs fits the sources. */
class BugTableTest {
  static Stream<String> names() throws IOException {
    return BugTable.all().stream().map(PlantedBug::name);
  }

  private static PlantedBug bug(String name) throws IOException {
    return BugTable.all().stream().filter(bug -> bug.name().equals(name)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("names")
  void eachBugHasItsPlaceInTheSources(String name) throws IOException {
    PlantedBug bug = bug(name);
    assertDoesNotThrow(() -> Checkout.ofThisBuild().planted(bug));
    assertNotEquals(bug.find(), bug.make());
  }

  @Test
  void eachBugCompiles() throws IOException {
    List<PlantedBug> bugs = BugTable.all();
    PlantedRun run = new PlantedRun(Checkout.ofThisBuild());
    assertDoesNotThrow(() -> run.compileAll(bugs));
  }

  @Test
  void theDocumentTellsOfEachBug() throws IOException {
    assertEquals(
        names().sorted().toList(),
        KillTable.namesIn(Checkout.ofThisBuild().document()).stream().sorted().toList(),
        "run: mvn -Pplanted verify -DargLine=-Dpagestamp.killtable=write");
  }

  @Test
  void noTwoBugsHaveOneName() throws IOException {
    List<String> names = names().toList();
    assertEquals(names.stream().distinct().toList(), names);
    assertTrue(names.size() >= 60, names.size() + " bugs");
  }
}
