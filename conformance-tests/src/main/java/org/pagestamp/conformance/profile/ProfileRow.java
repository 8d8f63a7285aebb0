package org.pagestamp.conformance.profile;

import java.util.Objects;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.profile.Profile;

/**
 * One question on which walkers differ.
 *
 * @param id {@code D1} to {@code D38}; rows of one subject have a letter behind it, as {@code D4b}
 * @param subject what differs, in a line
 * @param note what is to be known beside; empty if nothing is
 * @param scenario what shows the difference; null if Pagestamp does not model it, and the note
 *     tells why
 */
public record ProfileRow(String id, String subject, String note, Scenario scenario) {
  /** Refuses null, but for the scenario. */
  public ProfileRow {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(subject, "subject");
    Objects.requireNonNull(note, "note");
  }

  static ProfileRow of(String id, String subject, Scenario scenario) {
    return new ProfileRow(id, subject, "", scenario);
  }

  static ProfileRow notModelled(String id, String subject, String why) {
    return new ProfileRow(id, subject, why, null);
  }

  ProfileRow noting(String text) {
    return new ProfileRow(id, subject, text, scenario);
  }

  /** Whether there is anything to see. */
  public boolean isModelled() {
    return scenario != null;
  }

  /** The row's number, without a letter: {@code D4}. */
  public String number() {
    return id.replaceFirst("[a-z]$", "");
  }

  /**
   * What a profile does, seen in a guest of this row's own.
   *
   * @throws IllegalStateException if the row is not modelled, or the engine has no second stage
   */
  public String observe(Profile profile, WalkerSubject walkers) {
    if (!isModelled()) {
      throw new IllegalStateException(id + " is not modelled: " + note);
    }
    if (walkers.stage2().isEmpty()) {
      throw new IllegalStateException(walkers.name() + " has no second stage");
    }
    return scenario.observe(profile, walkers);
  }
}
