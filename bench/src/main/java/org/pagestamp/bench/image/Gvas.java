package org.pagestamp.bench.image;

import java.util.Random;

/** The order in which pages are walked. */
final class Gvas {
  /** Walks of more addresses than these touch a sample of the tables. */
  private static final int MOST = 1 << 20;

  private Gvas() {}

  /**
   * Every page as often as fills a window, but not above {@link #MOST}; in random order.
   *
   * @param pages their first addresses; left in another order
   * @param offsets an address is at most so many bytes, less one, inside its page
   */
  static long[] inRandomOrder(long[] pages, int window, int offsets, Random random) {
    int rounds = Math.max(1, window / pages.length);
    long[] addresses = new long[Math.min(pages.length * rounds, MOST)];
    for (int start = 0; start < addresses.length; start += pages.length) {
      shuffle(pages, random);
      for (int i = 0; i < pages.length && start + i < addresses.length; i++) {
        addresses[start + i] = pages[i] | random.nextInt(offsets);
      }
    }
    return addresses;
  }

  private static void shuffle(long[] array, Random random) {
    for (int i = array.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      long held = array[i];
      array[i] = array[j];
      array[j] = held;
    }
  }
}
