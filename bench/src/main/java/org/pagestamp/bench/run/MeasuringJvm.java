package org.pagestamp.bench.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import org.pagestamp.bench.scenario.Effort;
import org.pagestamp.bench.scenario.Reading;
import org.pagestamp.bench.scenario.Scenario;
import org.pagestamp.bench.scenario.Scenarios;

/** The program of the JVMs that measure: one scenario each, readings as lines of JSON. */
public final class MeasuringJvm {
  /** What lines with a reading begin with; other lines are the JVM's. */
  static final String READING = "reading ";

  /** What a line begins with that tells why the machine cannot measure the scenario. */
  static final String SKIPPED = "skipped ";

  private static final JsonMapper JSON = new JsonMapper();

  /** Not final, so that the compiler does not know it. */
  private static long zero;

  private MeasuringJvm() {}

  /**
   * Measures.
   *
   * @param args the scenario's name and the effort's
   */
  public static void main(String[] args) {
    PrintStream out = System.out;
    Scenario scenario = Scenarios.named(args[0]);
    try {
      long sum =
          scenario.measure(
              Effort.named(args[1]), zero, reading -> out.println(READING + json(reading)));
      out.println("sum " + sum);
    } catch (UnsupportedOperationException e) {
      out.println(SKIPPED + e.getMessage());
    }
  }

  private static String json(Reading reading) {
    try {
      return JSON.writeValueAsString(reading);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Reading reading(String line) {
    try {
      return JSON.readValue(line.substring(READING.length()), Reading.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
