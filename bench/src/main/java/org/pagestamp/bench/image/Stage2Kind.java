package org.pagestamp.bench.image;

import java.util.Set;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.stage2.EptBits;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;

/** The formats of stage 2, with the options that KVM gives a guest on a recent processor. */
public enum Stage2Kind {
  /** EPT of four levels, with accessed and dirty bits. */
  EPT4("EPT4", ept(EptMode.EPT4)),
  /** EPT of five levels, with accessed and dirty bits. */
  EPT5("EPT5", ept(EptMode.EPT5)),
  /** NPT of a host in 4-level paging. */
  NPT4("NPT4", npt());

  private static final long WRITE_BACK = 6L << EptBits.TYPE_SHIFT;

  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // roles are immutable
  private final Stage2Role role;

  Stage2Kind(String label, Stage2Role role) {
    this.label = label;
    this.role = role;
  }

  private static Stage2Role ept(EptMode mode) {
    Set<EptOption> options =
        Set.of(
            EptOption.ACCESSED_DIRTY,
            EptOption.EXECUTE_ONLY,
            EptOption.TWO_MEG_PAGES,
            EptOption.ONE_GIG_PAGES,
            EptOption.HIGH_GPA_IGNORED);
    return new EptRole(mode, 46, options);
  }

  private static Stage2Role npt() {
    Role host = Role.of(PagingMode.FOUR_LEVEL, new CpuFeatures(46, true, true), Control.NXE);
    return NptRole.of(host, NptOption.HIGH_GPA_IGNORED);
  }

  /** The format in words. */
  public String label() {
    return label;
  }

  Stage2Role role() {
    return role;
  }

  /** What an entry has beside its frame: all rights, accessed, and in a leaf dirty. */
  long flags(int level, boolean leaf) {
    long large = leaf && level > 1 ? EntryBits.PS : 0;
    if (this == NPT4) {
      long rights = EntryBits.P | EntryBits.W | EntryBits.U;
      return rights | large | EntryBits.A | (leaf ? EntryBits.D : 0);
    }
    long rights = EptBits.R | EptBits.W | EptBits.X;
    return rights | large | EptBits.A | (leaf ? WRITE_BACK | EptBits.D : 0);
  }
}
