package org.pagestamp.guest;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.profile.Profile;
import org.pagestamp.stage2.Stage2Role;

/** Kinds of stage 2 that {@link UnderStage2} makes. */
public enum Stage2Kind {
  /** EPT of four levels, with accessed and dirty bits. */
  EPT4("ept4"),
  /** EPT of five levels, with accessed and dirty bits. */
  EPT5("ept5"),
  /** EPT of four levels without accessed and dirty bits. */
  EPT4_NO_AD("ept4-no-ad"),
  /** NPT of a host in 2-level paging. */
  NPT_2_LEVEL("npt-2-level"),
  /** NPT of a host in PAE paging. */
  NPT_PAE("npt-pae"),
  /** NPT of a host in 4-level paging. */
  NPT_4_LEVEL("npt-4-level"),
  /** NPT of a host in 5-level paging. */
  NPT_5_LEVEL("npt-5-level");

  private static final int WIDTH = 46;
  private static final long WRITE_BACK = 6;
  private static final long EPTP_AD = 1 << 6;

  private final String label;

  Stage2Kind(String label) {
    this.label = label;
  }

  /** The kind with a label. */
  public static Optional<Stage2Kind> of(String label) {
    return Arrays.stream(values()).filter(kind -> kind.label.equals(label)).findFirst();
  }

  /** The role. */
  public Stage2Role role() {
    return spec(0).role(WIDTH);
  }

  /**
   * The role as a profile has it; without one, {@link #role()}.
   *
   * @throws IllegalArgumentException if the profile has no such stage 2
   */
  public Stage2Role role(Optional<Profile> profile) {
    return spec(0).role(WIDTH, profile);
  }

  /** What a root of this kind makes. */
  Stage2Spec spec(long root) {
    return switch (this) {
      case EPT4 -> ept(root | EPTP_AD, 4);
      case EPT5 -> ept(root | EPTP_AD, 5);
      case EPT4_NO_AD -> ept(root, 4);
      case NPT_2_LEVEL -> npt(root, PagingMode.TWO_LEVEL);
      case NPT_PAE -> npt(root, PagingMode.PAE);
      case NPT_4_LEVEL -> npt(root, PagingMode.FOUR_LEVEL);
      case NPT_5_LEVEL -> npt(root, PagingMode.FIVE_LEVEL);
    };
  }

  private static Stage2Spec ept(long root, int levels) {
    return Stage2Spec.ept(
        root | WRITE_BACK | (long) (levels - 1) << 3, Stage2Spec.USUAL_EPT, OptionalInt.of(WIDTH));
  }

  private static Stage2Spec npt(long root, PagingMode mode) {
    return Stage2Spec.npt(root, mode, Stage2Spec.usualNpt(mode), OptionalInt.of(WIDTH));
  }

  /** The kind as it is written. */
  @Override
  public String toString() {
    return label;
  }
}
