package org.pagestamp.placeholder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Delete with the first real test: shows that both engines run, on JDK 25. */
class BuildTest {
  @Test
  void testsRunOnJdk25() {
    assertEquals(25, Runtime.version().feature());
  }

  @Property(tries = 20)
  boolean propertiesRun(@ForAll long gva) {
    return ~~gva == gva;
  }
}
