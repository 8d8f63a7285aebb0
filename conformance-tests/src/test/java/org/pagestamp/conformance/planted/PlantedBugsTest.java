package org.pagestamp.conformance.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The planted-bug run: {@code mvn -Pplanted verify}. With {@code
 * -DargLine=-Dpagestamp.killtable=write} it also writes the table of the documentation anew.
 */
@Tag("planted")
class PlantedBugsTest {
  @Test
  void eachBugIsNoticedByEachEngineThatHasIt() throws Exception {
    KillTable table = new KillTable(PlantedBugs.run(BugTable.all()));
    System.out.println(table.summary());
    if (System.getProperty("pagestamp.killtable", "").equals("write")) {
      table.writeTo(Checkout.ofThisBuild().document());
    }
    assertEquals(List.of(), table.survivors());
  }

  @ParameterizedTest
  @ValueSource(strings = {"interpreted", "generated"})
  void withoutABugNothingIsNoticed(String engine) throws IOException {
    Path nothing = Files.createTempDirectory("pagestamp-planted-");
    try {
      assertEquals(List.of(), PlantedRun.noticed(nothing, engine, false));
    } finally {
      Files.delete(nothing);
    }
  }
}
