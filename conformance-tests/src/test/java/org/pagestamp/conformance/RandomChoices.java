package org.pagestamp.conformance;

import java.util.random.RandomGenerator;
import org.pagestamp.choice.Choice;
import org.pagestamp.choice.Choices;
import org.pagestamp.profile.Profile;

/** Choices as nobody has them, and now and then those of a profile. */
public final class RandomChoices {
  private RandomChoices() {}

  /** Any answer to each question. */
  public static Choices choices(RandomGenerator random) {
    if (random.nextInt(4) == 0) {
      Profile[] profiles = Profile.values();
      return profiles[random.nextInt(profiles.length)].choices();
    }
    return Choices.of(
        Choices.DEFAULT.stream().map(choice -> another(choice, random)).toArray(Choice[]::new));
  }

  private static Choice another(Choice choice, RandomGenerator random) {
    Choice[] constants = choice.getClass().getEnumConstants();
    return constants[random.nextInt(constants.length)];
  }
}
