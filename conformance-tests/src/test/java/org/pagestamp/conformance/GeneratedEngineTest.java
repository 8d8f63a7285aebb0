package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Walker;

/** That the second engine of these tests is not the first in disguise. */
class GeneratedEngineTest {
  @ParameterizedTest
  @EnumSource
  void itsWalkersAreOfHiddenClasses(PagingMode mode) {
    SlotLayout layout = SlotLayout.builder().ram(0, Backing.of(new long[512])).build();
    Role role = MappedPage.role(mode);
    Walker walker = Engine.generated(new Stamper()).walker(role, layout);
    assertTrue(walker.getClass().isHidden(), () -> walker.getClass() + " is not hidden");
    assertEquals(role, walker.role());
    assertEquals(layout, walker.layout());
  }
}
