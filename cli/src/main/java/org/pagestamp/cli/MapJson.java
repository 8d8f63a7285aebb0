package org.pagestamp.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;

/** Prints {@code {"ranges": [...]}}, a range a line; addresses and sizes are texts with 0x. */
final class MapJson implements MapFormat.Printer {
  private final PrintWriter out;
  private final JsonGenerator json;

  MapJson(PrintWriter out) {
    this.out = out;
    try {
      json = new JsonFactory().createGenerator(out);
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
      json.writeStartObject();
      json.writeArrayFieldStart("ranges");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void range(MappedRange range) {
    try {
      json.writeRaw('\n');
      json.writeStartObject();
      json.writeStringField("gva", Numbers.hex(range.gva()));
      json.writeStringField("gpa", Numbers.hex(range.gpa()));
      json.writeStringField("size", Numbers.hex(range.size()));
      json.writeStringField("page", Numbers.hex(range.page()));
      json.writeStringField("rights", range.rights());
      json.writeStringField("adg", range.flags());
      json.writeStringField("kind", range.kindLabel());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void end() {
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
