package org.pagestamp.conformance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.walk.Access;

/** Makes a vector of a line, or says what is wrong with it. */
final class VectorParser {
  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final int MAX_SLOTS = 64;
  private static final long MAX_BYTES = 1L << 30;
  private static final long END_OF_GUEST_MEMORY = 1L << 52;

  private final VectorOrigin origin;
  private final VectorFields fields;
  private final PagingMode mode;
  private List<VectorSlot> slots = List.of();

  VectorParser(VectorOrigin origin, VectorFields fields, PagingMode mode) {
    this.origin = origin;
    this.fields = fields;
    this.mode = mode;
  }

  static PlacedVector parse(VectorOrigin origin) throws VectorFormatException {
    VectorFields fields = VectorFields.of(origin, readTree(origin));
    String name = fields.text("name");
    String label = fields.text("mode");
    VectorMode mode =
        VectorMode.ofLabel(label)
            .orElseThrow(() -> fields.problem("mode", "is unknown: '" + label + "'"));
    return switch (mode) {
      case EPT4 -> new Stage2VectorParser(origin, fields).stage2Vector(name, EptMode.EPT4);
      case EPT5 -> new Stage2VectorParser(origin, fields).stage2Vector(name, EptMode.EPT5);
      case NESTED -> new Stage2VectorParser(origin, fields).nestedVector(name);
      case X86_32, X86_PAE, X86_64, X86_64_LA57 ->
          new VectorParser(origin, fields, mode.pagingMode().orElseThrow()).walkVector(name);
    };
  }

  private static JsonNode readTree(VectorOrigin origin) throws VectorFormatException {
    try {
      return JSON.readTree(origin.json());
    } catch (JsonProcessingException e) {
      int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
      throw VectorFields.problem(
          origin, "", "column " + column + ": no JSON object: " + e.getOriginalMessage());
    }
  }

  private WalkVector walkVector(String name) throws VectorFormatException {
    long cr4 = fields.hex("cr4", 64);
    Role role = role(cr4, maxPhyAddr());
    long cr3 = fields.hex("cr3", 64);
    int pkru = (int) fields.hex("pkru", 32);
    int pkrs = fields.has("pkrs") ? (int) fields.hex("pkrs", 32) : 0;
    List<VectorSlot> placed = slots();
    List<VectorEntry> memory = entries(fields, "memory");
    VectorFields access = fields.object("access");
    long gva = access.hex("address", 64);
    int accessBits = access(access);
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.add(outcome(fields));
    List<String> contested = List.of();
    if (fields.has("contested")) {
      contested = fields.texts("contested");
      for (VectorFields alternative : fields.objects("accept")) {
        outcomes.add(outcome(alternative));
        alternative.end();
      }
    }
    OptionalLong answer =
        fields.has("answer") ? OptionalLong.of(fields.hex("answer", 64)) : OptionalLong.empty();
    fields.end();
    return new WalkVector(
        name,
        origin,
        role,
        cr3,
        (cr4 & ControlRegisters.CR4_PGE) != 0,
        pkru,
        pkrs,
        placed,
        memory,
        gva,
        accessBits,
        outcomes,
        contested,
        answer);
  }

  int maxPhyAddr() throws VectorFormatException {
    int maxPhyAddr = fields.integer("maxphyaddr");
    if (maxPhyAddr < CpuFeatures.MIN_PHY_ADDR || maxPhyAddr > CpuFeatures.MAX_PHY_ADDR) {
      throw fields.problem("maxphyaddr", "is outside 32..52: " + maxPhyAddr);
    }
    return maxPhyAddr;
  }

  Role role(long cr4, int maxPhyAddr) throws VectorFormatException {
    long cr0 = fields.hex("cr0", 64);
    long efer = fields.hex("efer", 64);
    boolean oneGig = !fields.has("one_gig") || fields.flag("one_gig");
    boolean amd = fields.has("amd") && fields.flag("amd");
    Role role;
    try {
      role = Role.fromRegisters(cr0, cr4, efer, new CpuFeatures(maxPhyAddr, oneGig, amd));
    } catch (IllegalArgumentException e) {
      throw fields.problem("cr0, cr4, efer", e.getMessage());
    }
    if (role.mode() != mode) {
      throw fields.problem(
          "mode", "says " + mode.label() + ", but the registers make " + role.mode().label());
    }
    return role;
  }

  /** The slots; entries that are asked for afterwards must lie in them. */
  List<VectorSlot> slots() throws VectorFormatException {
    List<VectorSlot> list = new ArrayList<>();
    long bytes = 0;
    for (VectorFields slot : fields.objects("slots")) {
      long base = slot.hex("base", 52);
      long size = slot.hex("size", 52);
      list.add(new VectorSlot(base, size, slot.flag("readonly")));
      slot.end();
      if ((base & 0xFFF) != 0) {
        throw slot.problem("base", "is not a multiple of 0x1000");
      }
      if (size == 0 || (size & 0xFFF) != 0 || base + size > END_OF_GUEST_MEMORY) {
        throw slot.problem("size", "is zero, or not a multiple of 0x1000, or leads beyond 2^52");
      }
      bytes += size;
      if (bytes > MAX_BYTES) {
        throw slot.problem("size", "brings the slots to more than 1 GiB, the most that is run");
      }
    }
    if (list.isEmpty() || list.size() > MAX_SLOTS) {
      throw fields.problem("slots", "has " + list.size() + " slots instead of 1 to " + MAX_SLOTS);
    }
    requireDisjoint(list);
    slots = list;
    return slots;
  }

  private void requireDisjoint(List<VectorSlot> list) throws VectorFormatException {
    List<VectorSlot> sorted = new ArrayList<>(list);
    sorted.sort(Comparator.comparingLong(VectorSlot::baseGpa));
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i - 1).contains(sorted.get(i).baseGpa())) {
        throw fields.problem(
            "slots",
            String.format(
                Locale.ROOT,
                "overlap: those at 0x%x and at 0x%x",
                sorted.get(i - 1).baseGpa(),
                sorted.get(i).baseGpa()));
      }
    }
  }

  int access(VectorFields access) throws VectorFormatException {
    String type = access.text("type");
    int bits =
        switch (type) {
          case "read" -> Access.READ;
          case "write" -> Access.WRITE;
          case "fetch" -> Access.FETCH;
          default -> throw access.problem("type", "is unknown: '" + type + "'");
        };
    bits |= access.flag("user") ? Access.USER : 0;
    bits |= access.flag("ac") ? Access.AC : 0;
    bits |= access.flag("implicit") ? Access.IMPLICIT : 0;
    access.end();
    if (!Access.isValid(bits)) {
      throw access.problem("implicit", "is true, and so is user");
    }
    return bits;
  }

  private Outcome outcome(VectorFields from) throws VectorFormatException {
    VectorFields expect = from.object("expect");
    Expectation expectation =
        expect.has("fault") ? fault(expect.text("fault"), expect) : translation(expect);
    expect.end();
    return new Outcome(expectation, entries(from, "after"));
  }

  static Expectation fault(String fault, VectorFields expect) throws VectorFormatException {
    return switch (fault) {
      case "page-fault" -> new Expectation.PageFault((int) expect.hex("error_code", 16));
      case "noncanonical" -> new Expectation.NonCanonical();
      case "cr3-load" -> new Expectation.Cr3Refused();
      default -> throw expect.problem("fault", "is unknown in this mode: '" + fault + "'");
    };
  }

  static Expectation.Translation translation(VectorFields expect) throws VectorFormatException {
    return new Expectation.Translation(
        expect.hex("gpa", 52),
        expect.hex("page_size", 32),
        expect.flag("writable"),
        expect.flag("user"),
        expect.flag("executable"),
        expect.flag("global"),
        expect.flag("dirty"));
  }

  List<VectorEntry> entries(VectorFields from, String field) throws VectorFormatException {
    List<VectorEntry> entries = from.entries(field);
    Set<Long> seen = new HashSet<>();
    for (VectorEntry entry : entries) {
      String where = String.format(Locale.ROOT, "has an entry at 0x%x ", entry.gpa());
      if (entry.width() != mode.entryBytes()) {
        throw from.problem(
            field, where + "of " + entry.width() + " bytes; the mode's have " + mode.entryBytes());
      }
      if (entry.gpa() % entry.width() != 0) {
        throw from.problem(field, where + "which is not a multiple of its size");
      }
      if (slots.stream().noneMatch(slot -> slot.contains(entry.gpa()))) {
        throw from.problem(field, where + "which lies in no slot");
      }
      if (!seen.add(entry.gpa())) {
        throw from.problem(field, where + "twice");
      }
    }
    return entries;
  }
}
