package org.pagestamp.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The fields of one JSON object, each to be read once; what is left over is unknown. */
final class VectorFields {
  private static final Pattern HEX = Pattern.compile("0x[0-9a-fA-F]{1,16}");

  private final VectorOrigin origin;
  private final String path;
  private final JsonNode object;
  private final Set<String> unread = new LinkedHashSet<>();

  private VectorFields(VectorOrigin origin, String path, JsonNode object)
      throws VectorFormatException {
    this.origin = origin;
    this.path = path;
    this.object = object;
    if (!object.isObject()) {
      throw problem(origin, path, "is not a JSON object");
    }
    object.fieldNames().forEachRemaining(unread::add);
  }

  static VectorFields of(VectorOrigin origin, JsonNode object) throws VectorFormatException {
    return new VectorFields(origin, "", object);
  }

  static VectorFormatException problem(VectorOrigin origin, String field, String problem) {
    return new VectorFormatException(origin.file(), origin.line(), field, problem);
  }

  /** An exception that blames {@code field} of this object. */
  VectorFormatException problem(String field, String problem) {
    return problem(origin, pathOf(field), problem);
  }

  private String pathOf(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  boolean has(String field) {
    return object.has(field);
  }

  private JsonNode take(String field) throws VectorFormatException {
    if (!unread.remove(field)) {
      throw problem(field, "is missing");
    }
    return object.get(field);
  }

  String text(String field) throws VectorFormatException {
    JsonNode node = take(field);
    if (!node.isTextual()) {
      throw problem(field, "is not a string");
    }
    return node.textValue();
  }

  boolean flag(String field) throws VectorFormatException {
    JsonNode node = take(field);
    if (!node.isBoolean()) {
      throw problem(field, "is neither true nor false");
    }
    return node.booleanValue();
  }

  int integer(String field) throws VectorFormatException {
    JsonNode node = take(field);
    if (!node.isInt()) {
      throw problem(field, "is not an integer");
    }
    return node.intValue();
  }

  /** A number of at most {@code bits} bits, written as a hexadecimal string. */
  long hex(String field, int bits) throws VectorFormatException {
    return hex(pathOf(field), take(field), bits);
  }

  private long hex(String where, JsonNode node, int bits) throws VectorFormatException {
    if (!node.isTextual() || !HEX.matcher(node.textValue()).matches()) {
      throw problem(origin, where, "is not a hexadecimal string such as \"0x1f\": " + node);
    }
    long value = Long.parseUnsignedLong(node.textValue(), 2, node.textValue().length(), 16);
    if (bits < Long.SIZE && value >>> bits != 0) {
      throw problem(origin, where, "is wider than " + bits + " bits: " + node.textValue());
    }
    return value;
  }

  VectorFields object(String field) throws VectorFormatException {
    return new VectorFields(origin, pathOf(field), take(field));
  }

  List<VectorFields> objects(String field) throws VectorFormatException {
    List<VectorFields> list = new ArrayList<>();
    for (JsonNode node : array(field)) {
      list.add(new VectorFields(origin, pathOf(field) + "[" + list.size() + "]", node));
    }
    return list;
  }

  List<String> texts(String field) throws VectorFormatException {
    List<String> list = new ArrayList<>();
    for (JsonNode node : array(field)) {
      if (!node.isTextual()) {
        throw problem(field, "holds something else than strings: " + node);
      }
      list.add(node.textValue());
    }
    return list;
  }

  /** Entries as {@code [gpa, value, width]}. */
  List<VectorEntry> entries(String field) throws VectorFormatException {
    List<VectorEntry> list = new ArrayList<>();
    for (JsonNode node : array(field)) {
      String where = pathOf(field) + "[" + list.size() + "]";
      if (!node.isArray() || node.size() != 3 || !node.get(2).isInt()) {
        throw problem(origin, where, "is not [gpa, value, width]: " + node);
      }
      int width = node.get(2).intValue();
      if (width != Integer.BYTES && width != Long.BYTES) {
        throw problem(origin, where, "has a width of neither 4 nor 8 bytes: " + width);
      }
      list.add(
          new VectorEntry(
              hex(where, node.get(0), 52), hex(where, node.get(1), width * Byte.SIZE), width));
    }
    return list;
  }

  private JsonNode array(String field) throws VectorFormatException {
    JsonNode node = take(field);
    if (!node.isArray()) {
      throw problem(field, "is not a JSON array");
    }
    return node;
  }

  /** Refuses fields that nobody asked for. */
  void end() throws VectorFormatException {
    for (String field : unread) {
      throw problem(field, "is unknown");
    }
  }
}
