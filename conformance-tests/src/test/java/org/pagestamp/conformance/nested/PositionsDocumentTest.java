package org.pagestamp.conformance.nested;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.conformance.group.CountingTrial;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.WalkResult;

/**
 * The tables of positions in docs/nested.md are what walks come to. Written anew by {@code mvn
 * verify -pl conformance-tests -am -DargLine=-Dpagestamp.nested=write}.
 */
class PositionsDocumentTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("basedir", ".")).resolve("../docs/nested.md").normalize();
  private static final boolean WRITE = "write".equals(System.getProperty("pagestamp.nested"));
  private static final int ACCESS = Access.USER | Access.WRITE;
  private static final List<String> ENTRIES =
      List.of("page", "PTE", "PDE", "PDPTE", "PML4E", "PML5E");

  /** The walk of one engine, with one entry missing, or none. */
  private record Walk(String fault, String gpa, List<Integer> accessed, List<Integer> dirty) {}

  @ParameterizedTest(name = "{0} over {0}: {1} positions")
  @CsvSource({"FOUR_LEVEL, 24", "FIVE_LEVEL, 35"})
  void theTableOfPositionsIsWhatWalksComeTo(PagingMode mode, int count) throws IOException {
    String table = table(Engine.interpreted(), mode, count);
    Engine generated = Engine.generated(new Stamper());
    if (generated.stage2().isPresent()) {
      assertEquals(table, table(generated, mode, count));
    }
    String begin = "<!-- " + count + " positions -->\n";
    String end = "<!-- end of " + count + " positions -->";
    String document = Files.readString(DOCUMENT);
    int from = document.indexOf(begin) + begin.length();
    int to = document.indexOf(end);
    assertTrue(from > begin.length() && to > from, "the document has no place for the table");
    if (WRITE) {
      Files.writeString(
          DOCUMENT, document.substring(0, from) + "\n" + table + "\n" + document.substring(to));
    } else {
      assertEquals(table.strip(), document.substring(from, to).strip());
    }
  }

  private static String table(Engine engine, PagingMode mode, int count) {
    EptMode eptMode = mode == PagingMode.FOUR_LEVEL ? EptMode.EPT4 : EptMode.EPT5;
    NestedRole ept = role(mode, Stage2Roles.ept(eptMode, EptOption.ACCESSED_DIRTY));
    NestedRole npt = role(mode, Stage2Roles.npt(mode));
    List<Scene.Position> positions = new Scene(ept).positions();
    assertEquals(count, positions.size());
    StringBuilder text =
        new StringBuilder(
            """
            | # | entry that is missing | gpa | EPT | NPT | accessed then | dirty then |
            |---:|---|---|---|---|---|---|
            """);
    for (int i = 0; i <= count; i++) {
      Scene.Position missing = i < count ? positions.get(i) : null;
      Walk overEpt = walk(engine, ept, missing);
      Walk overNpt = walk(engine, npt, missing);
      assertEquals(overEpt.accessed, overNpt.accessed);
      assertEquals(overEpt.dirty, overNpt.dirty);
      assertEquals(overEpt.gpa, overNpt.gpa);
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s | %s | %s | %s |%n",
              i < count ? i + 1 : "",
              missing == null ? "none" : name(missing),
              overEpt.gpa,
              overEpt.fault,
              overNpt.fault,
              ranges(overEpt.accessed),
              ranges(overEpt.dirty)));
    }
    return text.toString();
  }

  private static NestedRole role(PagingMode mode, Stage2Role stage2) {
    return NestedRole.kvm(Role.of(mode, new CpuFeatures(52, true, false)), stage2);
  }

  private static String name(Scene.Position position) {
    String entry = ENTRIES.get(position.level());
    return position.stage2() == 0
        ? "**the guest's " + entry + "**"
        : ENTRIES.get(position.stage2())
            + " of stage 2, for the "
            + (position.level() == 0 ? entry : "guest's " + entry);
  }

  private static Walk walk(Engine engine, NestedRole role, Scene.Position missing) {
    Scene scene = new Scene(role);
    CountingTrial trial = new CountingTrial(new WalkerSubject(engine, MemoryKind.NATIVE), 0);
    try (JudgedMachine machine = new JudgedMachine(trial, scene.slots(Set.of(), Set.of()))) {
      scene.write(machine);
      if (missing != null) {
        machine.store(scene.place(missing), 0, scene.width(missing));
      }
      NestedWalker walker = engine.stage2().orElseThrow().nested().apply(role, machine.layout());
      NestedState state = new NestedState();
      state.stage2().root(scene.root());
      assertEquals(Cr3Load.LOADED, walker.loadCr3(state, scene.cr3()));
      long result = walker.walk(state, scene.gva(), ACCESS);
      List<Integer> accessed = new ArrayList<>();
      List<Integer> dirty = new ArrayList<>();
      GuestMemory memory = new GuestMemory(machine.layout());
      int number = 0;
      for (Scene.Position position : scene.positions()) {
        number++;
        long set = entry(memory, scene.place(position)) & scene.settable(position);
        if (set != 0) {
          accessed.add(number);
        }
        if (Long.bitCount(set) > 1) {
          dirty.add(number);
        }
      }
      return new Walk(fault(result), gpa(state, result), accessed, dirty);
    }
  }

  private static long entry(GuestMemory memory, long gpa) {
    byte[] bytes = new byte[Long.BYTES];
    assertEquals(bytes.length, memory.read(gpa, bytes, 0, bytes.length));
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private static String fault(long result) {
    if (!NestedResult.isFault(result)) {
      return "success";
    }
    if (!NestedResult.isStage2Fault(result)) {
      return String.format(Locale.ROOT, "#PF 0x%x", WalkResult.errorCode(result));
    }
    return switch (Stage2Result.fault(result)) {
      case EPT_VIOLATION ->
          String.format(Locale.ROOT, "violation 0x%x", Stage2Result.qualification(result));
      case EPT_MISCONFIGURATION -> "misconfiguration";
      case PML_FULL -> "PML full";
      case NESTED_PAGE_FAULT ->
          String.format(Locale.ROOT, "#NPF 0x%x", Stage2Result.exitInfo1(result));
    };
  }

  private static String gpa(NestedState state, long result) {
    if (NestedResult.isStage2Fault(result)) {
      return String.format(Locale.ROOT, "0x%x", state.stage2().gpa());
    }
    return NestedResult.isFault(result) ? "" : String.format(Locale.ROOT, "0x%x", state.guestGpa());
  }

  /** For example 1-4, 6. */
  private static String ranges(List<Integer> numbers) {
    List<String> ranges = new ArrayList<>();
    int at = 0;
    while (at < numbers.size()) {
      int first = numbers.get(at);
      int last = first;
      at++;
      while (at < numbers.size() && numbers.get(at) == last + 1) {
        last++;
        at++;
      }
      ranges.add(first == last ? String.valueOf(first) : first + "-" + last);
    }
    return String.join(", ", ranges);
  }
}
