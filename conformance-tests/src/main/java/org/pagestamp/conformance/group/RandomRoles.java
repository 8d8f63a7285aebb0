package org.pagestamp.conformance.group;

import java.util.random.RandomGenerator;
import org.pagestamp.choice.Choices;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/** Roles with every control and feature on or off. */
final class RandomRoles {
  private static final int[] USUAL_WIDTHS = {32, 36, 39, 40, 46, 48, 51, 52};

  private RandomRoles() {}

  static Role role(PagingMode mode, RandomGenerator random) {
    return role(mode, Choices.DEFAULT, random);
  }

  static Role role(PagingMode mode, Choices choices, RandomGenerator random) {
    Control[] controls =
        Control.relevantIn(mode, choices).stream()
            .filter(control -> random.nextInt(3) > 0)
            .toArray(Control[]::new);
    int width =
        random.nextInt(4) > 0
            ? USUAL_WIDTHS[random.nextInt(USUAL_WIDTHS.length)]
            : random.nextInt(CpuFeatures.MIN_PHY_ADDR, CpuFeatures.MAX_PHY_ADDR + 1);
    return Role.of(
        mode,
        new CpuFeatures(width, random.nextInt(4) > 0, random.nextInt(4) == 0),
        choices,
        controls);
  }
}
