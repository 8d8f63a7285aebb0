package org.pagestamp.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.pagestamp.debug.Mapping;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Mappings;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * Walks per second of two walkers, indicative only: both are warmed, then take turns in short
 * chunks within one run, and the medians count. The benchmarks of the module {@code bench} are the
 * ones to quote.
 *
 * @param interpreted walks per second
 * @param generated walks per second
 */
record Throughput(double interpreted, double generated) {
  private static final int ADDRESSES = 4096;
  private static final int ROUNDS = 15;
  private static final int ATTEMPTS = 4;
  private static final int WARM_ROUNDS = 4;
  private static final long WARM_NANOS = 150_000_000;
  private static final long CHUNK_NANOS = 8_000_000;
  private static final long SEED = 20260101;

  /** A supervisor read that no right forbids. */
  private static final int ACCESS = Access.READ | Access.AC;

  double ratio() {
    return generated / interpreted;
  }

  /** Measures at mapped addresses of {@code guest}, drawn at random but the same in each run. */
  static Throughput measure(Guest guest, Walker interpreted, Walker generated)
      throws GuestFormatException {
    long[] gvas = sample(guest);
    VcpuState vcpu = guest.vcpu();
    for (int i = 0; i < WARM_ROUNDS; i++) {
      double _ = rate(interpreted, vcpu, gvas, WARM_NANOS);
      double _ = rate(generated, vcpu, gvas, WARM_NANOS);
    }
    double[] first = new double[ROUNDS];
    double[] second = new double[ROUNDS];
    // On a busy machine the compiler may still be at work; then what it has slowed is left out.
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      for (int i = 0; i < ROUNDS; i++) {
        first[i] = rate(interpreted, vcpu, gvas, CHUNK_NANOS);
        second[i] = rate(generated, vcpu, gvas, CHUNK_NANOS);
      }
      if (isSteady(first) && isSteady(second)) {
        break;
      }
    }
    return new Throughput(median(first, 0, ROUNDS), median(second, 0, ROUNDS));
  }

  /** Whether the second half of the chunks was not much faster than the first. */
  private static boolean isSteady(double[] rates) {
    return median(rates, ROUNDS / 2, ROUNDS) < 1.2 * median(rates, 0, ROUNDS / 2);
  }

  private static long[] sample(Guest guest) throws GuestFormatException {
    List<Long> gvas = new ArrayList<>();
    int _ =
        Mappings.forEach(
            guest,
            (Mapping page) -> {
              gvas.add(page.gva());
              return true;
            });
    Collections.shuffle(gvas, new Random(SEED));
    return gvas.stream().limit(ADDRESSES).mapToLong(Long::longValue).toArray();
  }

  private static double rate(Walker walker, VcpuState vcpu, long[] gvas, long nanos) {
    long start = System.nanoTime();
    long elapsed;
    long walks = 0;
    long all = 0;
    do {
      for (long gva : gvas) {
        all ^= walker.walk(vcpu, gva, ACCESS);
      }
      walks += gvas.length;
      elapsed = System.nanoTime() - start;
    } while (elapsed < nanos);
    // Keeps the compiler from dropping the walks; a sum of results is never the hash of a seed.
    return all == SEED ? 0 : walks * 1e9 / elapsed;
  }

  private static double median(double[] values, int from, int to) {
    double[] sorted = Arrays.copyOfRange(values, from, to);
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
