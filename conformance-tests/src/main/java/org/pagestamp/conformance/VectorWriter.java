package org.pagestamp.conformance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/** Writes vectors as lines that {@link VectorReader} reads. */
public final class VectorWriter {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private VectorWriter() {}

  /**
   * The vector as one line of JSON, without an end of line. What the format has no field for is
   * written in optional ones: {@code pkrs}, {@code amd}, {@code one_gig}, {@code answer}.
   *
   * @return empty for a vector without paging, which the format has no mode for
   */
  public static Optional<String> write(WalkVector vector) {
    return VectorMode.of(vector.role().mode()).map(mode -> object(vector, mode).toString());
  }

  private static ObjectNode object(WalkVector vector, VectorMode mode) {
    Role role = vector.role();
    ObjectNode line = JSON.objectNode();
    line.put("name", vector.name());
    line.put("mode", mode.toString());
    line.put("cr0", hex(ControlRegisters.cr0(role)));
    line.put("cr3", hex(vector.cr3()));
    long pge = vector.globalPages() ? ControlRegisters.CR4_PGE : 0;
    line.put("cr4", hex(ControlRegisters.cr4(role) | pge));
    line.put("efer", hex(ControlRegisters.efer(role)));
    line.put("pkru", hex(Integer.toUnsignedLong(vector.pkru())));
    if (vector.pkrs() != 0) {
      line.put("pkrs", hex(Integer.toUnsignedLong(vector.pkrs())));
    }
    line.put("maxphyaddr", role.maxPhyAddr());
    if (role.amd()) {
      line.put("amd", true);
    }
    if (role.mode().isLongMode() && !role.oneGigPages()) {
      line.put("one_gig", false);
    }
    ArrayNode slots = line.putArray("slots");
    for (VectorSlot slot : vector.slots()) {
      slots
          .addObject()
          .put("base", hex(slot.baseGpa()))
          .put("size", hex(slot.byteSize()))
          .put("readonly", slot.readOnly());
    }
    line.set("memory", entries(vector.memory()));
    line.set("access", access(vector));
    List<Outcome> outcomes = vector.outcomes();
    addOutcome(line, outcomes.getFirst());
    if (!vector.contested().isEmpty()) {
      ArrayNode contested = line.putArray("contested");
      vector.contested().forEach(contested::add);
      ArrayNode accept = line.putArray("accept");
      outcomes.stream().skip(1).forEach(alternative -> addOutcome(accept.addObject(), alternative));
    }
    vector.answer().ifPresent(answer -> line.put("answer", hex(answer)));
    return line;
  }

  private static ObjectNode access(WalkVector vector) {
    int access = vector.access();
    return JSON.objectNode()
        .put("address", hex(vector.gva()))
        .put(
            "type",
            (access & Access.WRITE) != 0
                ? "write"
                : (access & Access.FETCH) != 0 ? "fetch" : "read")
        .put("user", (access & Access.USER) != 0)
        .put("ac", (access & Access.AC) != 0)
        .put("implicit", (access & Access.IMPLICIT) != 0);
  }

  private static void addOutcome(ObjectNode object, Outcome outcome) {
    ObjectNode expect = object.putObject("expect");
    switch (outcome.expect()) {
      case Expectation.Translation page ->
          expect
              .put("gpa", hex(page.gpa()))
              .put("page_size", hex(page.pageSize()))
              .put("writable", page.writable())
              .put("user", page.user())
              .put("executable", page.executable())
              .put("global", page.global())
              .put("dirty", page.dirty());
      case Expectation.PageFault fault ->
          expect.put("fault", "page-fault").put("error_code", hex(fault.errorCode()));
      case Expectation.NonCanonical _ -> expect.put("fault", "noncanonical");
      case Expectation.Cr3Refused _ -> expect.put("fault", "cr3-load");
    }
    object.set("after", entries(outcome.after()));
  }

  private static ArrayNode entries(List<VectorEntry> entries) {
    ArrayNode array = JSON.arrayNode();
    for (VectorEntry entry : entries) {
      array.addArray().add(hex(entry.gpa())).add(hex(entry.value())).add(entry.width());
    }
    return array;
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
