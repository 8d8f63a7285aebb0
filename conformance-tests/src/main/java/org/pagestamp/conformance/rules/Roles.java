package org.pagestamp.conformance.rules;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/** Roles and accesses in full. */
public final class Roles {
  /** The paging modes' own controls. */
  private static final List<Control> LONG =
      List.of(Control.WP, Control.NXE, Control.SMEP, Control.SMAP, Control.PKE, Control.PKS);

  private Roles() {}

  /** The controls that have an effect in a mode. */
  public static List<Control> controls(PagingMode mode) {
    return switch (mode) {
      case NO_PAGING -> List.of();
      case TWO_LEVEL -> List.of(Control.WP, Control.PSE, Control.SMEP, Control.SMAP);
      case PAE -> LONG.subList(0, 4);
      case FOUR_LEVEL, FIVE_LEVEL -> LONG;
    };
  }

  /** A role for each set of controls. */
  public static List<Role> all(PagingMode mode, CpuFeatures cpu) {
    List<Control> controls = controls(mode);
    List<Role> roles = new ArrayList<>();
    for (int set = 0; set < 1 << controls.size(); set++) {
      List<Control> chosen = new ArrayList<>();
      for (int i = 0; i < controls.size(); i++) {
        if ((set & 1 << i) != 0) {
          chosen.add(controls.get(i));
        }
      }
      roles.add(Role.of(mode, cpu, chosen.toArray(Control[]::new)));
    }
    return roles;
  }

  /** A role with these controls, as far as the mode has them. */
  public static Role of(PagingMode mode, CpuFeatures cpu, Control... controls) {
    List<Control> chosen = new ArrayList<>(List.of(controls));
    chosen.retainAll(controls(mode));
    return Role.of(mode, cpu, chosen.toArray(Control[]::new));
  }

  /** Reads, writes and fetches; by user, supervisor and implicit; without and with EFLAGS.AC. */
  public static int[] accesses() {
    List<Integer> accesses = new ArrayList<>();
    for (int what : new int[] {Access.READ, Access.WRITE, Access.FETCH}) {
      for (int who : new int[] {0, Access.USER, Access.IMPLICIT}) {
        accesses.add(what | who);
        accesses.add(what | who | Access.AC);
      }
    }
    return accesses.stream().mapToInt(Integer::intValue).toArray();
  }
}
