package org.pagestamp.conformance.profile;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Stage2Failure;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.profile.Profile;

/**
 * Each profile over each row of differences. A row brings its own mode, so the cases are told by
 * profile, and run once, with 4-level paging. Only our own engines have profiles.
 */
public final class ProfilesGroup implements CaseGroup {
  /** The group; it has no state. */
  public ProfilesGroup() {}

  @Override
  public String name() {
    return "profiles";
  }

  @Override
  public String purpose() {
    return "what processors, KVM, QEMU and Bochs do differently, each profile as stated";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return mode == PagingMode.FOUR_LEVEL;
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    List<ProfileRow> rows = ProfileRows.all().stream().filter(ProfileRow::isModelled).toList();
    Subject subject = trial.subject();
    for (Profile profile : Profile.values()) {
      Trial ofProfile = trial.ofMode(profile.label());
      if (subject instanceof WalkerSubject walkers && walkers.stage2().isPresent()) {
        for (ProfileRow row : rows) {
          if (!ofProfile.stopped()) {
            run(row, profile, walkers, ofProfile);
          }
        }
      } else {
        ofProfile.skipped(rows.size());
      }
    }
  }

  private static void run(ProfileRow row, Profile profile, WalkerSubject walkers, Trial trial) {
    Optional<String> problem = problem(row, profile, walkers);
    if (problem.isEmpty()) {
      trial.passed(1);
    } else {
      trial.failed(new Stage2Failure(List.of(problem.get()), Optional.empty()));
    }
  }

  /** What is wrong with a profile's outcome; empty if nothing is. */
  static Optional<String> problem(ProfileRow row, Profile profile, WalkerSubject walkers) {
    String expected = StatedOutcomes.expected(row.id(), profile);
    String actual;
    try {
      actual = row.observe(profile, walkers);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      actual = CaseFailure.thrown(e);
    }
    return actual.equals(expected)
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%s (%s), profile %s: '%s' instead of '%s'",
                row.id(),
                row.subject(),
                profile.label(),
                actual,
                expected));
  }
}
