package org.pagestamp.mode;

import java.util.EnumSet;
import java.util.Set;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.FetchReport;

/** The control-register bits that take part in a role. */
public enum Control {
  /** CR0.WP: supervisor writes honour R/W. */
  WP,
  /** CR4.PSE: 4-MiB pages in 2-level paging. */
  PSE,
  /** EFER.NXE: bit 63 of an entry forbids fetches. */
  NXE,
  /** CR4.SMEP: no supervisor fetch from user pages. */
  SMEP,
  /** CR4.SMAP: no supervisor data access to user pages, unless EFLAGS.AC allows it. */
  SMAP,
  /** CR4.PKE: protection keys of user pages (PKRU). */
  PKE,
  /** CR4.PKS: protection keys of supervisor pages (IA32_PKRS). */
  PKS;

  /**
   * The controls that shape a walk in {@code mode}; the others exist but have no effect there, and
   * a role never contains them.
   */
  public static Set<Control> relevantIn(PagingMode mode) {
    return switch (mode) {
      case NO_PAGING -> EnumSet.noneOf(Control.class);
      case TWO_LEVEL -> EnumSet.of(WP, PSE, SMEP, SMAP);
      case PAE -> EnumSet.of(WP, NXE, SMEP, SMAP);
      case FOUR_LEVEL, FIVE_LEVEL -> EnumSet.of(WP, NXE, SMEP, SMAP, PKE, PKS);
    };
  }

  /**
   * The same, where NXE shapes the error codes of 2-level paging with {@link
   * FetchReport#NXE_SUFFICES}.
   */
  public static Set<Control> relevantIn(PagingMode mode, Choices choices) {
    Set<Control> relevant = relevantIn(mode);
    if (mode == PagingMode.TWO_LEVEL && choices.fetch() == FetchReport.NXE_SUFFICES) {
      relevant.add(NXE);
    }
    return relevant;
  }
}
