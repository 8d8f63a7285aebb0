package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.profile.Profile;

/** {@code --profile} of {@code walk}, {@code explain}, {@code list}, {@code map}, {@code rmap}. */
class ProfileOptionTest {
  /** Its tables are in ROM, with A and D clear. */
  private static final String ROM = "rom-bios-ad0-q10";

  private static final String PAE = "linux32-pae-max";

  @TempDir private Path folder;

  private static Cli run(String arguments) {
    return Cli.run(arguments.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kvm   | 0 | 0x1000 -> 0x1000  (page: gpa 0x1000 level 1 w-x clean-write)
          qemu  | 0 | 0x1000 -> 0x1000  (page: gpa 0x1000 level 1 w-x accessed dirty)
          bochs | 0 | 0x1000 -> 0x1000  (page: gpa 0x1000 level 1 w-x accessed dirty)
          intel | 1 | 0x1000 -> exit to the host at level 4: table in a read-only slot
          amd   | 1 | 0x1000 -> exit to the host at level 4: table in a read-only slot
          """)
  @DisplayName("walk answers as the profile does, with both engines")
  void walk(String profile, int exitCode, String answer) {
    Cli cli = run("walk " + ROM + " 0x1000 --write --profile " + profile);
    assertEquals(answer + "\n", cli.out());
    assertEquals(exitCode, cli.exitCode());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("every profile walks a guest of each mode alike where its tables are in RAM")
  void ordinaryWalks(Profile profile) {
    for (String guest : List.of("linux32-2l-max 0xc1000000", PAE + " 0xc1000000")) {
      Cli cli = run("walk " + guest + " --profile " + profile.label());
      assertEquals(run("walk " + guest).out(), cli.out());
      assertEquals(0, cli.exitCode());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kvm   | A/D skipped: read-only slot         | 4
          qemu  | A/D discarded by a read-only slot   | 4
          bochs | A/D discarded by a read-only slot   | 4
          intel | A/D refused by a read-only slot     | 1
          amd   | A/D                                 | 0
          """)
  @DisplayName("explain tells what becomes of accessed and dirty bits in ROM")
  void explain(String profile, String told, int times) {
    Cli cli = run("explain " + ROM + " 0x1000 --profile " + profile);
    assertEquals(times, cli.lines().stream().filter(line -> line.endsWith(told)).count());
  }

  @Test
  @DisplayName("explain tells that QEMU sets A above a fault, and in PDPTEs")
  void eager() throws Exception {
    byte[] memory = new byte[0x4000];
    put(memory, 0x1000, 0x2001);
    put(memory, 0x2000, 0x3003);
    String raw = raw(memory) + " --mode pae --cr3 0x1000 --write 0";
    Cli qemu = run("explain " + raw + " --profile qemu");
    assertEquals(1, qemu.exitCode());
    assertEquals(
        List.of(
            "  level 3  entry[0] = 0x2001  gpa 0x1000 in slot 0 (writable), rights above wux,"
                + " A/D set: 0x2021",
            "  level 2  entry[0] = 0x3003  gpa 0x2000 in slot 0 (writable), rights above wux,"
                + " A/D set: 0x3023",
            "  level 1  entry[0] = 0x0  gpa 0x3000 in slot 0 (writable), rights above w-x",
            "  decided by: the entry is not present",
            "  result: fault 0x2 WRITE at level 1: not present"),
        qemu.lines().subList(1, 6));
    assertFalse(run("explain " + raw + " --profile kvm").out().contains("A/D"));
  }

  @Test
  @DisplayName("a table that is not in the dump is told whatever is read in its place")
  void missingTable() throws Exception {
    byte[] memory = new byte[0x2000];
    put(memory, 0x1000, 0x5003);
    String raw = raw(memory) + " --mode 4-level --cr3 0x1000 0";
    String missing = " (page table not in this dump: level 3, gpa 0x5000, reached at gva 0x0)\n";
    assertEquals(
        "0x0 -> fault 0x9 P|RSVD at level 3: reserved bit" + missing,
        run("walk " + raw + " --profile intel").out());
    assertEquals(
        "0x0 -> fault 0x0 0 at level 3: not present" + missing,
        run("walk " + raw + " --profile qemu").out());
  }

  @Test
  @DisplayName("so it is where what is read maps a page: all ones in 2-level paging without PSE")
  void missingTableThatMapsAPage() throws Exception {
    byte[] memory = new byte[0x2000];
    put(memory, 0x1000, 0x5007);
    String raw = raw(memory) + " --mode 2-level --cr3 0x1000 --cr4 0 0x123";
    String missing = " (page table not in this dump: level 1, gpa 0x5000, reached at gva 0x123)\n";
    Cli walk = run("walk " + raw + " --profile bochs");
    assertTrue(walk.out().startsWith("0x123 -> 0xfffff123  (page: "), walk.out());
    assertTrue(walk.out().endsWith(missing), walk.out());
    Cli explained = run("explain " + raw + " --profile bochs");
    assertTrue(explained.out().contains("page table not in this dump: level 1"), explained.out());
  }

  @Test
  @DisplayName("KVM's walks know no PKS, whatever CR4 says")
  void featuresAreDropped() throws Exception {
    byte[] memory = new byte[0x2000];
    String raw = raw(memory) + " --mode 4-level --cr3 0x1000 --cr4 0x1000020 0";
    assertFalse(run("explain " + raw + " --profile kvm").lines().getFirst().contains(" pks"));
    assertTrue(run("explain " + raw + " --profile bochs").lines().getFirst().contains(" pks"));
    assertTrue(run("explain " + raw).lines().getFirst().contains(" pks"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --profile kvm                          | 4-level maxphyaddr=46 1g
          --profile amd                          | 4-level maxphyaddr=46 1g amd read-only-fault holes-read-ones
          --profile intel --mode 2-level --pse --maxphyaddr 36 | 2-level pse maxphyaddr=36 pse36-by-maxphyaddr read-only-fault-if-needed holes-read-ones
          --profile kvm --mode 2-level           | 2-level
          --profile intel --guest linux32-2l-max | 2-level wp pse smep smap maxphyaddr=40 pse36-by-maxphyaddr read-only-fault-if-needed holes-read-ones
          --profile bochs --mode pae --smap      | pae smap maxphyaddr=46 update-before-stage2 read-only-discard store-plain holes-read-ones smap-ac
          """)
  @DisplayName("list names the choices, and MAXPHYADDR in 2-level paging where it counts")
  void list(String arguments, String role) {
    Cli cli = run("list " + arguments);
    assertEquals(0, cli.exitCode(), cli.err());
    String head = cli.lines().getFirst();
    assertEquals(role, head.substring(head.indexOf(": ") + 2));
  }

  @Test
  @DisplayName("list without a profile and with KVM's is the same class in 4-level paging")
  void listOfKvm() {
    assertEquals(run("list --wp --nxe").out(), run("list --wp --nxe --profile kvm").out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --under npt-4-level --profile qemu | stage2=npt 4-level nxe maxphyaddr=46 1g 1g-always high_gpa_ignored, tableAccess=WRITE, pdpteAccess=IN_WALK]
          --under ept4-no-ad --profile bochs | tableAccess=READ, pdpteAccess=LOADED_BY_READ]
          --under ept4-no-ad --profile intel | tableAccess=WRITE_TO_UPDATE, pdpteAccess=LOADED_BY_READ]
          --under ept4-no-ad --profile kvm   | tableAccess=WRITE, pdpteAccess=LOADED_AS_TABLE, options=[GUEST_FRAME_MARKED, PAGE_ALIGNED_FAULTS]]
          --npt 0x1000 --npt-mode 2-level --host-maxphyaddr 36 --profile amd | npt 2-level pse maxphyaddr=36 pse36-by-maxphyaddr, tableAccess=WRITE, pdpteAccess=IN_WALK]
          --guest linux64-4l-max --under ept5 --profile kvm | user_execute_unchecked maxphyaddr=46, tableAccess=WRITE, pdpteAccess=LOADED_AS_TABLE, options=[GUEST_FRAME_MARKED, PAGE_ALIGNED_FAULTS]]
          """)
  @DisplayName("list of nested guests has stage 2, and how tables are read, as the profile does")
  void listNested(String arguments, String end) {
    Cli cli = run("list " + arguments);
    assertEquals(0, cli.exitCode(), cli.err());
    assertTrue(cli.lines().getFirst().endsWith(end), cli.lines().getFirst());
  }

  @Test
  @DisplayName("list of stage 2 alone has it as the profile does")
  void listAlone() {
    Cli cli = run("list --under npt-4-level --stage2-only --profile bochs");
    assertTrue(cli.lines().getFirst().endsWith("high_gpa_ignored fetch_reported"), cli.out());
  }

  @ParameterizedTest
  @CsvSource({
    "kvm, ept4",
    "kvm, npt-pae",
    "intel, ept5",
    "amd, npt-5-level",
    "qemu, npt-2-level",
    "bochs, ept4"
  })
  @DisplayName("walk of a nested guest: both engines, every profile")
  void walkNested(String profile, String kind) {
    Cli cli = run("walk " + PAE + " 0xc1000000 --profile " + profile + " --under " + kind);
    assertEquals(0, cli.exitCode(), cli.out() + cli.err());
    assertEquals(1, cli.lines().size());
    assertTrue(cli.out().startsWith("0xc1000000 -> gpa 0x1000000 -> "), cli.out());
  }

  @Test
  @DisplayName("the grid marks bits that a read-only slot drops, and the entry that makes an exit")
  void grid() {
    String walk = "explain " + ROM + " 0x1000 --write ";
    Cli qemu = run(walk + "--profile qemu --under npt-4-level");
    assertEquals(0, qemu.exitCode());
    assertEquals(4, qemu.lines().stream().filter(line -> line.endsWith("03 lost")).count());
    assertTrue(
        qemu.out()
            .contains(
                "accessed or dirty to be set in 10 entries,"
                    + " and stored in 4 more in read-only slots, which drop it (lost)"),
        qemu.out());
    Cli intel = run(walk + "--profile intel --under ept4-no-ad");
    assertEquals(1, intel.exitCode());
    assertTrue(intel.out().contains("0xffff1003 exit"), intel.out());
    assertTrue(
        intel.out().endsWith("result: exit to the host at level 4: table in a read-only slot\n"),
        intel.out());
    Cli amd = run(walk + "--profile amd --under npt-4-level");
    assertEquals(1, amd.exitCode());
    assertTrue(amd.out().contains("loads: 5;"), amd.out());
  }

  @Test
  @DisplayName("map and rmap take 1-GiB pages for what the profile takes them for")
  void map() throws Exception {
    byte[] memory = new byte[0x3000];
    put(memory, 0x1000, 0x2003);
    put(memory, 0x2000, 0x83);
    String raw = raw(memory) + " --mode 4-level --cr3 0x1000 --no-1g --profile ";
    assertTrue(run("map " + raw + "qemu").lines().get(1).contains("1 x 1G  -rwx"));
    assertEquals(1, run("map " + raw + "kvm").lines().size(), "a header: there is no page");
    assertEquals(
        "0x1234 <- 0x1234  (page: 1G -rwx ---)\n",
        run("rmap " + raw.replace(" --mode", " 0x1234 --mode") + "qemu").out());
  }

  @Test
  @DisplayName("map of a guest whose PDPTEs are in memory: with its stage 2 and without")
  void mapPae() {
    assertEquals(run("map " + PAE).out(), run("map " + PAE + " --profile qemu").out());
    assertEquals(
        run("map " + PAE + " --under npt-pae").out(),
        run("map " + PAE + " --under npt-pae --profile qemu").out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          walk GUEST 0 --profile xen                  | unknown profile 'xen': use one of kvm, intel, amd, qemu, bochs
          explain GUEST 0 --profile KVM               | unknown profile 'KVM': use one of
          list --profile xen                          | unknown profile 'xen': use one of
          map GUEST --profile xen                     | unknown profile 'xen': use one of
          rmap GUEST 0 --profile xen                  | unknown profile 'xen': use one of
          walk GUEST 0 --profile                      | Missing required parameter for option '--profile' (NAME)
          walk GUEST 0 --under ept4 --profile qemu    | --under ept4: profile qemu has no ept4: use npt, or another profile
          explain GUEST 0 --under ept5 --profile bochs | profile bochs has no ept5: use ept4 or npt, or another profile
          map GUEST --under npt-pae --profile intel   | profile intel has no npt: use ept4 or ept5, or another profile
          list --under ept4 --profile amd             | profile amd has no ept4: use npt, or another profile
          list --guest GUEST --under ept4 --profile amd | profile amd has no ept4: use npt, or another profile
          walk GUEST 0 --ept 0x101e --profile qemu    | stage 2: profile qemu has no ept4: use npt, or another profile
          walk GUEST 0 --npt 0x1000 --profile intel   | stage 2: profile intel has no npt: use ept4 or ept5
          walk GUEST 0 --under ept4 --kvm --profile kvm | --kvm and --profile exclude each other
          list --under ept4 --kvm --profile kvm       | --kvm and --profile exclude each other
          walk GUEST 0 --amd --profile intel          | --amd: profile intel has bit 8 ignored
          list --amd --profile qemu                   | --amd: profile qemu has bit 8 ignored
          list --pks --profile kvm                    | profile kvm has no PKS
          bench --profile kvm                         | Unknown option
          """)
  @DisplayName("bad usage")
  void badUsage(String arguments, String message) {
    Cli cli = run(arguments.replace("GUEST", "linux64-4l-max"));
    assertEquals(2, cli.exitCode(), cli.err());
    assertEquals("", cli.out());
    assertTrue(cli.err().contains(message), cli.err());
    assertFalse(cli.err().contains("\tat "), cli.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"walk", "explain", "list", "map", "rmap"})
  @DisplayName("help names the profiles")
  void help(String command) {
    String help = run(command + " --help").out().replaceAll("\\s+", " ");
    List<String> missing = new ArrayList<>();
    for (Profile profile : Profile.values()) {
      if (!help.substring(help.indexOf("--profile=NAME")).contains(profile.label())) {
        missing.add(profile.label());
      }
    }
    assertEquals(List.of(), missing);
  }

  /** The arguments for a file of guest memory. */
  private String raw(byte[] memory) throws Exception {
    Path file = folder.resolve("ram.bin");
    Files.write(file, memory);
    return "--raw " + file;
  }

  private static void put(byte[] memory, int gpa, int entry) {
    for (int i = 0; i < 4; i++) {
      memory[gpa + i] = (byte) (entry >>> (8 * i));
    }
  }
}
