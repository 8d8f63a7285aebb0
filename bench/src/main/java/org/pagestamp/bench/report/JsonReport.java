package org.pagestamp.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.pagestamp.bench.run.BenchReport;

/** Results as JSON, which can be read again. */
public final class JsonReport {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private JsonReport() {}

  /** The report as JSON text. */
  public static String of(BenchReport report) {
    try {
      return JSON.writeValueAsString(report) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The report that {@link #of} wrote.
   *
   * @throws IOException if the text is no such report; the message says where
   */
  public static BenchReport parse(String text) throws IOException {
    return JSON.readValue(text, BenchReport.class);
  }
}
