package org.pagestamp.bench.run;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.pagestamp.bench.scenario.Bar;
import org.pagestamp.bench.scenario.Quartiles;
import org.pagestamp.bench.scenario.Reading;

/**
 * What all JVMs together say of one reading.
 *
 * @param reading the medians over the JVMs of their medians and quartiles
 * @param lowest the lowest median of a JVM
 * @param highest the highest median of a JVM
 * @param bar what the median is to be at most, or null
 */
public record Row(Reading reading, double lowest, double highest, Double bar) {
  /** Of the readings of one label, one for each JVM. */
  static Row of(List<Reading> readings, List<Bar> bars, List<String> labels) {
    Reading first = readings.getFirst();
    Reading middle =
        new Reading(
            first.subject(),
            first.yardstick(),
            first.loop(),
            first.unit(),
            median(readings, Reading::lower),
            median(readings, Reading::median),
            median(readings, Reading::upper));
    double[] medians = readings.stream().mapToDouble(Reading::median).sorted().toArray();
    Double limit =
        bars.stream()
            .filter(bar -> first.label().equals(inPlace(bar, labels)))
            .map(Bar::limit)
            .findAny()
            .orElse(null);
    return new Row(middle, medians[0], medians[medians.length - 1], limit);
  }

  private static String inPlace(Bar bar, List<String> labels) {
    return labels.contains(bar.label()) ? bar.label() : bar.substitute();
  }

  private static double median(List<Reading> readings, ToDoubleFunction<Reading> part) {
    return Quartiles.of(readings.stream().mapToDouble(part).toArray()).median();
  }

  /** Whether there is a bar. */
  public boolean hasBar() {
    return bar != null;
  }

  /** Whether there is a bar and the median is above it. */
  @JsonIgnore
  public boolean isMissed() {
    return bar != null && reading.median() > bar;
  }
}
