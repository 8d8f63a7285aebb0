package org.pagestamp.guest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** The two JSON files of a capture: {@code regs.json} and {@code slots.json}. */
final class CaptureJson {
  static final String REGS = "regs.json";
  static final String SLOTS = "slots.json";

  private static final int MAX_BYTES = 4 << 20;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private CaptureJson() {}

  /** The registers in {@code regs.json}, with {@code options} in place of what they override. */
  static Registers registers(CaptureFiles files, CpuOptions options) throws GuestFormatException {
    String file = files.describe(REGS);
    JsonNode root = parse(files, REGS);
    if (!root.isObject()) {
      throw GuestFormatException.in(file, "an object with registers is expected");
    }
    long maxPhyAddr =
        options.maxPhyAddr().isPresent()
            ? options.maxPhyAddr().getAsInt()
            : required(file, root, "maxphyaddr");
    return new Registers(
        required(file, root, "cr0"),
        required(file, root, "cr3"),
        required(file, root, "cr4"),
        options.efer().isPresent() ? options.efer().getAsLong() : required(file, root, "efer"),
        (int) number(file, root, "cpl").orElse(0) & 3,
        (int) Math.clamp(maxPhyAddr, 0L, Integer.MAX_VALUE));
  }

  /**
   * The member {@code stage2} of {@code regs.json}; null if there is none, or {@code options} say
   * better.
   */
  static Stage2Spec stage2(CaptureFiles files, CpuOptions options) throws GuestFormatException {
    JsonNode root = parse(files, REGS);
    return options.stage2().isPresent() || !root.has("stage2")
        ? null
        : Stage2Json.read(files.describe(REGS) + ": stage2", root.path("stage2"));
  }

  /** The ranges in {@code slots.json}. */
  static PhysicalMap slots(CaptureFiles files) throws GuestFormatException {
    String file = files.describe(SLOTS);
    JsonNode root = parse(files, SLOTS);
    if (!root.isArray()) {
      throw GuestFormatException.in(file, "an array of slots is expected");
    }
    List<PhysicalMap.Range> ranges = new ArrayList<>();
    for (JsonNode node : root) {
      String slot = file + ": slot " + ranges.size();
      ranges.add(
          new PhysicalMap.Range(
              required(slot, node, "base"), required(slot, node, "size"), kind(slot, node)));
    }
    try {
      return PhysicalMap.of(ranges, SlotKind.HOLE);
    } catch (IllegalArgumentException e) {
      throw GuestFormatException.in(file, e.getMessage());
    }
  }

  private static SlotKind kind(String slot, JsonNode node) throws GuestFormatException {
    return switch (node.path("kind").asText()) {
      case "ram" -> SlotKind.RAM;
      case "rom" -> SlotKind.ROM;
      case "mmio" -> SlotKind.MMIO;
      default ->
          throw GuestFormatException.in(
              slot,
              "kind '"
                  + TextLines.printable(node.path("kind").asText())
                  + "' is not ram, rom or mmio");
    };
  }

  static long required(String where, JsonNode node, String field) throws GuestFormatException {
    OptionalLong value = number(where, node, field);
    if (value.isEmpty()) {
      throw GuestFormatException.in(where, "no field '" + field + "'");
    }
    return value.getAsLong();
  }

  /** A number, or a text with 0x and hexadecimal or with decimal digits. */
  static OptionalLong number(String where, JsonNode node, String field)
      throws GuestFormatException {
    JsonNode value = node.path(field);
    if (value.isMissingNode()) {
      return OptionalLong.empty();
    }
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return OptionalLong.of(value.longValue());
    }
    String text = value.asText().toLowerCase(Locale.ROOT);
    try {
      return OptionalLong.of(
          text.startsWith("0x")
              ? Long.parseUnsignedLong(text.substring(2), 16)
              : Long.parseUnsignedLong(text));
    } catch (NumberFormatException e) {
      throw GuestFormatException.in(
          where, field + ": '" + TextLines.printable(text) + "' is no number of 64 bits");
    }
  }

  private static JsonNode parse(CaptureFiles files, String name) throws GuestFormatException {
    String file = files.describe(name);
    try (InputStream in = files.open(name)) {
      if (in == null) {
        throw GuestFormatException.in(file, "no such file; a capture folder needs it");
      }
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw GuestFormatException.in(file, "larger than " + (MAX_BYTES >> 20) + " MiB");
      }
      return MAPPER.readTree(bytes);
    } catch (JacksonException e) {
      long line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw GuestFormatException.atLine(
          file, line, TextLines.printable(e.getOriginalMessage().lines().findFirst().orElse("")));
    } catch (IOException e) {
      throw GuestFormatException.in(file, "cannot be read: " + e.getMessage());
    }
  }
}
