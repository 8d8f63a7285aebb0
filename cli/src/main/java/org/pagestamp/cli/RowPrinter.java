package org.pagestamp.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Prints rows of named values in a {@link MapFormat}. */
final class RowPrinter {
  /**
   * A column.
   *
   * @param width in characters where it is printed for people; negative: to the right
   */
  record Column(String name, int width) {}

  private final List<Column> columns;
  private final MapFormat format;
  private final PrintWriter out;
  private final JsonGenerator json;

  RowPrinter(List<Column> columns, MapFormat format, PrintWriter out) {
    this.columns = columns;
    this.format = format;
    this.out = out;
    try {
      json = format == MapFormat.JSON ? new JsonFactory().createGenerator(out) : null;
      begin();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void begin() throws IOException {
    if (json == null) {
      row(columns.stream().map(Column::name).toList());
      return;
    }
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
    json.writeStartObject();
    json.writeArrayFieldStart("ranges");
  }

  /** An address. */
  String address(long value) {
    return Numbers.hex(value);
  }

  /** A number of bytes, with a unit for people. */
  String size(long bytes) {
    return format == MapFormat.TABLE ? Numbers.size(bytes) : Numbers.hex(bytes);
  }

  void row(List<String> values) {
    switch (format) {
      case TABLE -> out.println(aligned(values));
      case TSV -> out.println(String.join("\t", values));
      case JSON -> {
        try {
          json.writeRaw('\n');
          json.writeStartObject();
          for (int i = 0; i < values.size(); i++) {
            json.writeStringField(columns.get(i).name(), values.get(i));
          }
          json.writeEndObject();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private String aligned(List<String> values) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      int width = columns.get(i).width();
      String value = values.get(i);
      int room = Math.max(0, Math.abs(width) - value.length());
      line.repeat(' ', width < 0 ? room : 0).append(value).repeat(' ', width < 0 ? 2 : room + 2);
    }
    return line.toString().stripTrailing();
  }

  void end() {
    if (json == null) {
      return;
    }
    try {
      json.writeEndArray();
      json.writeEndObject();
      json.close();
      out.println();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
