package org.pagestamp.mode;

import java.util.Set;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.EntryStore;
import org.pagestamp.choice.FetchReport;
import org.pagestamp.choice.ImplicitSmap;
import org.pagestamp.choice.KeyCheck;
import org.pagestamp.choice.OneGigCheck;
import org.pagestamp.choice.PdpteSource;
import org.pagestamp.choice.Pse36;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.choice.UpdateTiming;

/** Which choices have an effect in a mode with some controls, so that equal roles walk alike. */
final class RelevantChoices {
  private RelevantChoices() {}

  /** The choices of a role, those without effect being {@link Choices#DEFAULT}'s. */
  static Choices of(Choices choices, PagingMode mode, Set<Control> controls) {
    if (mode == PagingMode.NO_PAGING || choices.equals(Choices.DEFAULT)) {
      return Choices.DEFAULT;
    }
    Choices relevant = choices;
    if (!controls.contains(Control.PSE)) {
      relevant = relevant.with(Pse36.BITS_36);
    }
    if (mode != PagingMode.TWO_LEVEL || !controls.contains(Control.NXE)) {
      relevant = relevant.with(FetchReport.NEEDS_PAE);
    }
    if (mode == PagingMode.TWO_LEVEL && choices.store() == EntryStore.COMPARE_LOW_HALF) {
      relevant = relevant.with(EntryStore.COMPARE_ALL);
    }
    if (choices.readOnly() == ReadOnlyTables.NONE) {
      relevant = relevant.with(UpdateTiming.LATE).with(EntryStore.COMPARE_ALL);
    }
    if (mode != PagingMode.PAE) {
      relevant = relevant.with(PdpteSource.REGISTERS);
    }
    if (!mode.isLongMode()) {
      relevant = relevant.with(OneGigCheck.BY_CPUID);
    }
    if (!controls.contains(Control.PKE) && !controls.contains(Control.PKS)) {
      relevant = relevant.with(KeyCheck.WITH_RIGHTS);
    }
    if (!controls.contains(Control.SMAP)) {
      relevant = relevant.with(ImplicitSmap.STRICT);
    }
    return relevant;
  }
}
