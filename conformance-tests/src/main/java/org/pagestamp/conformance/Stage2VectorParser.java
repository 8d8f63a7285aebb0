package org.pagestamp.conformance;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.walk.Access;

/** Makes a vector of a line with a second stage, or says what is wrong with it. */
final class Stage2VectorParser {
  private final VectorOrigin origin;
  private final VectorFields fields;
  private final VectorParser parts;

  Stage2VectorParser(VectorOrigin origin, VectorFields fields) {
    this.origin = origin;
    this.fields = fields;
    parts = new VectorParser(origin, fields, PagingMode.FOUR_LEVEL);
  }

  /** A vector of EPT alone. */
  Stage2Vector stage2Vector(String name, EptMode mode) throws VectorFormatException {
    long eptp = fields.hex("eptp", 64);
    EptRole role = role(eptp, parts.maxPhyAddr(), mode);
    List<VectorSlot> slots = parts.slots();
    List<VectorEntry> memory = parts.entries(fields, "memory");
    VectorFields access = fields.object("access");
    long gpa = access.hex("address", 64);
    int bits = parts.access(access);
    List<Stage2Outcome> outcomes = List.of(outcome(fields));
    fields.end();
    return new Stage2Vector(
        name, origin, role, eptp, slots, memory, gpa, stage2Access(bits), outcomes);
  }

  /** A vector in two dimensions. */
  NestedVector nestedVector(String name) throws VectorFormatException {
    long cr4 = fields.hex("cr4", 64);
    int maxPhyAddr = parts.maxPhyAddr();
    Role guest = parts.role(cr4, maxPhyAddr);
    long cr3 = fields.hex("cr3", 64);
    int pkru = (int) fields.hex("pkru", 32);
    long eptp = fields.hex("eptp", 64);
    EptRole stage2 = role(eptp, maxPhyAddr, EptMode.EPT4);
    List<VectorSlot> slots = parts.slots();
    List<VectorEntry> memory = parts.entries(fields, "memory");
    VectorFields access = fields.object("access");
    long gva = access.hex("address", 64);
    int bits = parts.access(access);
    List<Stage2Outcome> outcomes = new ArrayList<>();
    outcomes.add(outcome(fields));
    List<String> contested = List.of();
    if (fields.has("contested")) {
      contested = fields.texts("contested");
      for (VectorFields alternative : fields.objects("accept")) {
        outcomes.add(outcome(alternative));
        alternative.end();
      }
    }
    fields.end();
    return new NestedVector(
        name,
        origin,
        guest,
        cr3,
        (cr4 & ControlRegisters.CR4_PGE) != 0,
        pkru,
        stage2,
        eptp,
        slots,
        memory,
        gva,
        bits,
        outcomes,
        contested);
  }

  /** What the format says of the CPU: all page sizes, execute-only as told. */
  private EptRole role(long eptp, int maxPhyAddr, EptMode mode) throws VectorFormatException {
    Set<EptOption> options = EnumSet.of(EptOption.TWO_MEG_PAGES, EptOption.ONE_GIG_PAGES);
    if (fields.flag("ept_execonly")) {
      options.add(EptOption.EXECUTE_ONLY);
    }
    EptRole role;
    try {
      role = EptRole.ofEptp(eptp, maxPhyAddr, options);
    } catch (IllegalArgumentException e) {
      throw fields.problem("eptp", e.getMessage());
    }
    if (role.mode() != mode) {
      throw fields.problem("mode", "says " + mode + ", but EPTP has " + role.mode().label());
    }
    return role;
  }

  private static int stage2Access(int access) {
    if ((access & Access.WRITE) != 0) {
      return Stage2Access.WRITE;
    }
    return (access & Access.FETCH) != 0 ? Stage2Access.FETCH : Stage2Access.READ;
  }

  private Stage2Outcome outcome(VectorFields from) throws VectorFormatException {
    VectorFields expect = from.object("expect");
    Stage2Expectation expectation = expect.has("fault") ? fault(expect) : translation(expect);
    expect.end();
    return new Stage2Outcome(expectation, parts.entries(from, "after"));
  }

  private static Stage2Expectation translation(VectorFields expect) throws VectorFormatException {
    if (!expect.has("ept")) {
      return new Stage2Expectation.EptTranslation(expect.hex("gpa", 52), eptPage(expect));
    }
    Expectation.Translation guest = VectorParser.translation(expect);
    long guestGpa = expect.hex("guest_gpa", 52);
    VectorFields ept = expect.object("ept");
    Stage2Expectation.EptPage page = eptPage(ept);
    ept.end();
    return new Stage2Expectation.NestedTranslation(guest, guestGpa, page);
  }

  private static Stage2Expectation.EptPage eptPage(VectorFields ept) throws VectorFormatException {
    return new Stage2Expectation.EptPage(
        ept.hex("page_size", 32),
        ept.flag("readable"),
        ept.flag("writable"),
        ept.flag("executable"),
        ept.flag("dirty"));
  }

  private static Stage2Expectation fault(VectorFields expect) throws VectorFormatException {
    String fault = expect.text("fault");
    return switch (fault) {
      case "ept-violation" ->
          new Stage2Expectation.EptViolation(
              expect.hex("qualification", 32),
              expect.hex("qualification_mask", 32),
              expect.hex("gpa", 64),
              expect.hex("gpa_mask", 64));
      case "ept-misconfig" ->
          new Stage2Expectation.EptMisconfiguration(
              expect.hex("gpa", 64), expect.hex("gpa_mask", 64));
      default -> new Stage2Expectation.GuestFault(VectorParser.fault(fault, expect));
    };
  }
}
