package org.pagestamp.conformance.nested;

import org.pagestamp.mode.PagingMode;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;

/** What reports call the modes of cases with a second stage. */
public final class Stage2Labels {
  private Stage2Labels() {}

  /** Of stage 2 alone, for example {@code ept4} and {@code npt-pae}. */
  public static String of(Stage2Role stage2) {
    return switch (stage2) {
      case EptRole ept -> ept.mode().label();
      case NptRole npt -> "npt-" + npt.host().mode().label();
    };
  }

  /** Of two dimensions, the guest's first, for example {@code 4-level/ept4}. */
  public static String of(PagingMode guest, Stage2Role stage2) {
    return guest.label() + "/" + of(stage2);
  }
}
