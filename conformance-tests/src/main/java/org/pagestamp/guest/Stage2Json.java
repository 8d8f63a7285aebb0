package org.pagestamp.guest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.pagestamp.mode.PagingMode;

/**
 * The member {@code stage2} of {@code regs.json}: {@code eptp}, or {@code ncr3} and {@code mode};
 * {@code options}, an array of names; {@code maxphyaddr} of the host, if it differs.
 */
final class Stage2Json {
  private Stage2Json() {}

  static Stage2Spec read(String where, JsonNode node) throws GuestFormatException {
    boolean ept = node.has("eptp");
    if (ept == node.has("ncr3")) {
      throw GuestFormatException.in(where, "an object with either 'eptp' or 'ncr3' is expected");
    }
    OptionalLong width = CaptureJson.number(where, node, "maxphyaddr");
    OptionalInt maxPhyAddr =
        width.isEmpty()
            ? OptionalInt.empty()
            : OptionalInt.of((int) Math.clamp(width.getAsLong(), 0L, Integer.MAX_VALUE));
    List<String> names = new ArrayList<>();
    for (JsonNode name : node.path("options")) {
      names.add(name.asText());
    }
    try {
      return ept
          ? Stage2Spec.ept(CaptureJson.required(where, node, "eptp"), names, maxPhyAddr)
          : Stage2Spec.npt(
              CaptureJson.required(where, node, "ncr3"),
              mode(where, node.path("mode").asText()),
              names,
              maxPhyAddr);
    } catch (IllegalArgumentException e) {
      throw GuestFormatException.in(where, e.getMessage());
    }
  }

  private static PagingMode mode(String where, String label) throws GuestFormatException {
    return Arrays.stream(PagingMode.values())
        .filter(mode -> mode != PagingMode.NO_PAGING && mode.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                GuestFormatException.in(
                    where,
                    "mode '"
                        + TextLines.printable(label)
                        + "' is none of 2-level, pae, 4-level, 5-level"));
  }
}
