package org.pagestamp.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pagestamp.conformance.profile.ProfileRowsTest.GENERATED;
import static org.pagestamp.conformance.profile.ProfileRowsTest.INTERPRETED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pagestamp.choice.Choice;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.ReservedReport;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.profile.Profile;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.PagingFeature;
import org.pagestamp.walk.Walker;

/**
 * docs/profiles.md: its sample compiles and does what it says, its tables are what profiles come to
 * and choose. Written anew by {@code mvn verify -pl conformance-tests -am
 * -DargLine=-Dpagestamp.profiles=write}.
 */
class ProfilesDocumentTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("basedir", ".")).resolve("../docs/profiles.md").normalize();
  private static final Path SOURCE =
      Path.of(System.getProperty("basedir", "."))
          .resolve("src/test/java/org/pagestamp/conformance/profile/ProfilesDocumentTest.java");
  private static final boolean WRITE = "write".equals(System.getProperty("pagestamp.profiles"));

  @Test
  void theSampleIsThatOfTheDocument() throws IOException {
    long cr0 = 0x8001_0001L;
    long cr4 = 0x20;
    long efer = 0xD00;
    try (Arena arena = Arena.ofShared()) {
      MemorySlots slots = new MemorySlots();
      slots.create(0, 0, 1 << 20, Set.of(), Backing.of(arena.allocate(1 << 20, 4096)));
      SlotLayout layout = slots.layout();
      // sample
      Role role = Profile.QEMU.role(cr0, cr4, efer, CpuFeatures.intel(46));
      Walker walker = new Stamper().stamp(role, layout);
      Mmu mmu = Profile.BOCHS.apply(Mmu.builder().memory(slots), CpuFeatures.intel(40)).build();
      NestedRole nested = Profile.INTEL.nested(role, EptRole.of(EptMode.EPT4, 46));
      // end
      assertEquals(ReservedReport.WITHOUT_P, walker.role().choices().reserved());
      assertTrue(mmu.cr4(mmu.cr4() | 1L << 28).isRefused());
      assertEquals(TableAccess.WRITE_TO_UPDATE, nested.tableAccess());
    }
    List<String> lines = Files.readAllLines(SOURCE);
    String sample =
        lines.stream()
            .dropWhile(line -> !line.strip().equals("// sample"))
            .skip(1)
            .takeWhile(line -> !line.strip().equals("// end"))
            .map(String::strip)
            .collect(Collectors.joining("\n", "```java\n", "\n```\n"));
    assertTrue(Files.readString(DOCUMENT).contains(sample), sample);
  }

  @Test
  void theTableOfRowsIsWhatProfilesComeTo() throws IOException {
    ProfileTable table = ProfileTable.of(ProfileRows.all(), INTERPRETED);
    assertEquals(List.of(), table.differences(ProfileTable.of(ProfileRows.all(), GENERATED)));
    compare("outcomes", table.markdown());
  }

  @Test
  void theTableOfSwitchesIsWhatProfilesChoose() throws IOException {
    StringBuilder text = new StringBuilder("| choice |");
    ProfileTable.columns().forEach(column -> text.append(' ').append(column).append(" |"));
    text.append("\n|---|").append("---|".repeat(Profile.values().length)).append('\n');
    for (RecordComponent component : Choices.class.getRecordComponents()) {
      String name = component.getType().getSimpleName();
      row(text, "`" + name + "`", profile -> "`" + chosen(component, profile) + "`");
    }
    CpuFeatures unknown = new CpuFeatures(46, true, false);
    row(text, "bit 8 of PML4E reserved", profile -> profile.cpu(unknown).amd() ? "yes" : "no");
    row(text, "not known", ProfilesDocumentTest::missing);
    row(text, "stage 2", ProfilesDocumentTest::secondStages);
    EptRole plain = EptRole.of(EptMode.EPT4, 46);
    EptRole updating = EptRole.of(EptMode.EPT4, 46, EptOption.ACCESSED_DIRTY);
    NptRole npt = NptRole.of(Role.of(PagingMode.FOUR_LEVEL, unknown));
    row(text, "tables through EPT with A and D", profile -> tables(profile, updating));
    row(text, "tables through EPT without", profile -> tables(profile, plain));
    row(text, "tables through NPT", profile -> tables(profile, npt));
    row(text, "PDPTEs through EPT", profile -> pdptes(profile, plain));
    row(text, "PDPTEs through NPT", profile -> pdptes(profile, npt));
    row(text, "`NestedOption`", profile -> options(profile, profile.has(npt) ? npt : plain));
    compare("switches", text.toString());
  }

  private static void row(StringBuilder text, String subject, Function<Profile, String> cell) {
    text.append("| ").append(subject).append(" |");
    for (Profile profile : Profile.values()) {
      text.append(' ').append(cell.apply(profile)).append(" |");
    }
    text.append('\n');
  }

  private static String chosen(RecordComponent component, Profile profile) {
    try {
      return ((Choice) component.getAccessor().invoke(profile.choices())).label();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static String missing(Profile profile) {
    String missing =
        Arrays.stream(PagingFeature.values())
            .filter(feature -> !profile.features().contains(feature))
            .map(PagingFeature::name)
            .collect(Collectors.joining(", "));
    return missing.isEmpty() ? "-" : missing;
  }

  private static String secondStages(Profile profile) {
    NptRole npt = NptRole.of(Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46)));
    return Stream.concat(
            Arrays.stream(EptMode.values())
                .filter(mode -> profile.has(EptRole.of(mode, 46)))
                .map(EptMode::label),
            Stream.of("npt").filter(_ -> profile.has(npt)))
        .collect(Collectors.joining(", "));
  }

  private static NestedRole nested(Profile profile, PagingMode mode, Stage2Role stage2) {
    return profile.nested(Role.of(mode, CpuFeatures.intel(46), profile.choices()), stage2);
  }

  private static String tables(Profile profile, Stage2Role stage2) {
    return profile.has(stage2)
        ? words(nested(profile, PagingMode.FOUR_LEVEL, stage2).tableAccess())
        : Scenario.NOT_THERE;
  }

  private static String pdptes(Profile profile, Stage2Role stage2) {
    return profile.has(stage2)
        ? words(nested(profile, PagingMode.PAE, stage2).pdpteAccess())
        : Scenario.NOT_THERE;
  }

  private static String options(Profile profile, Stage2Role stage2) {
    String options =
        nested(profile, PagingMode.FOUR_LEVEL, stage2).options().stream()
            .map(ProfilesDocumentTest::words)
            .collect(Collectors.joining(", "));
    return options.isEmpty() ? "-" : options;
  }

  private static String words(Enum<?> constant) {
    return "`" + constant.name() + "`";
  }

  private static void compare(String name, String table) throws IOException {
    String begin = "<!-- " + name + " -->\n";
    String end = "<!-- end of " + name + " -->";
    String document = Files.readString(DOCUMENT);
    int from = document.indexOf(begin) + begin.length();
    int to = document.indexOf(end);
    assertFalse(from < begin.length() || to < from, "the document has no place for " + name);
    if (WRITE) {
      Files.writeString(
          DOCUMENT, document.substring(0, from) + "\n" + table + "\n" + document.substring(to));
    } else {
      assertEquals(table.strip(), document.substring(from, to).strip());
    }
  }
}
