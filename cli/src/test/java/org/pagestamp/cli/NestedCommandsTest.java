package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code walk}, {@code explain}, {@code map} and {@code list} of nested guests. */
class NestedCommandsTest {
  private static final String LINUX = "linux64-4l-max";

  private static Cli run(String arguments) {
    return Cli.run(arguments.split(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"interpreted", "generated", "both"})
  @DisplayName("every engine translates in two dimensions")
  void translates(String engine) {
    Cli cli =
        run("walk " + LINUX + " --under ept4 --user --engine " + engine + " 0x401234 0x402000");
    assertEquals(
        """
        0x401234 -> gpa 0xb8e4234 -> 0x9ae4234  (page: gpa 0x9ae4000 level 1 -ux accessed stage2 level 2 r-x)
        0x402000 -> gpa 0xb8e5000 -> 0x9ae5000  (page: gpa 0x9ae5000 level 1 -u- accessed stage2 level 2 r-x)
        """,
        cli.out());
    assertEquals(0, cli.exitCode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          --under ept4 --user --write 0x401000 ; fault 0x7 P|WRITE|USER at level 1: permission
          --under ept4 0x800000000000 ; fault: non-canonical address
          --ept 0x29f205e 0x401000 ; EPT misconfiguration, gpa 0x29f2000: reserved at level 4, for the guest's table of level 4
          --under ept4 --stage2-only --fetch 0xc000000 ; EPT violation with exit qualification 0x4 (fetch, entries allow ---), gpa 0xc000000: not present at level 2
          --under npt-4-level --stage2-only --write 0xc000000 ; nested page fault with EXITINFO1 0x100000006 (not present, write, user, for the final address), gpa 0xc000000: not present at level 2
          """)
  @DisplayName("every kind of fault is told, with exit code 1")
  void faults(String arguments, String fault) {
    Cli cli = run("walk " + LINUX + " " + arguments);
    assertEquals(1, cli.exitCode());
    String address = arguments.substring(arguments.lastIndexOf(' ') + 1);
    assertEquals(address + " -> " + fault + "\n", cli.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"interpreted", "generated", "both"})
  @DisplayName("every engine walks stage 2 alone")
  void alone(String engine) {
    Cli cli = run("walk " + LINUX + " --under ept4 --stage2-only 0x401234 --engine " + engine);
    assertEquals(
        "0x401234 -> 0xc01234  (page: gpa 0xc01000 level 2 rwxu accessed write-withheld type=6)\n",
        cli.out());
    assertEquals(0, cli.exitCode());
  }

  @Test
  @DisplayName("explain draws a row for each address of the guest, a column for each level")
  void explain() {
    Cli cli = run("explain " + LINUX + " --under ept4 --user 0x401234");
    assertEquals(
        """
        user read at gva 0x401234, 4-level wp nxe smep smap pke maxphyaddr=40 1g
          over ept4 accessed_dirty execute_only two_meg_pages one_gig_pages maxphyaddr=46

                          EPT PML4E         EPT PDPTE         EPT PDE           EPT PTE           guest

          PML4E[0]        1 at 0xa70a000    2 at 0x9f5d000    3 at 0x78ae0a0    4 at 0x7873f90    5 at 0x5671000
          gpa 0x29f2000   0x9f5d007 +A      0x78ae007 +A      0x7873007 +A      0x5671037 +AD     0x2a14067

          PDPTE[0]        6 at 0xa70a000    7 at 0x9f5d000    8 at 0x78ae0a8    9 at 0x7c770a0    10 at 0x38c7000
          gpa 0x2a14000   0x9f5d107         0x78ae107         0x7c77007 +A      0x38c7037 +AD     0x2a15067

          PDE[2]          11 at 0xa70a000   12 at 0x9f5d000   13 at 0x78ae0a8   14 at 0x7c770a8   15 at 0x1227010
          gpa 0x2a15010   0x9f5d107         0x78ae107         0x7c77107         0x1227037 +AD     0x2a2a067

          PTE[1]          16 at 0xa70a000   17 at 0x9f5d000   18 at 0x78ae0a8   19 at 0x7c77150   20 at 0x9f8b008
          gpa 0x2a2a008   0x9f5d107         0x78ae107         0x7c77107         0x9f8b037 +AD     0xb8e4025

          page            21 at 0xa70a000   22 at 0x9f5d000   23 at 0x78ae2e0   (page of 2M)
          gpa 0xb8e4234   0x9f5d107         0x78ae107         0x9a000b7 +A                        -> 0x9ae4234

          loads: 23; accessed or dirty to be set in 9 entries
          guest:    ur-x, page of 4K
          stage 2:   r-x, page of 2M; w is withheld until a write sets D
          together: ur-x, page of 4K
          decided by: every check passed
          result: gpa 0xb8e4234 -> 0x9ae4234  (page: gpa 0x9ae4000 level 1 -ux accessed stage2 level 2 r-x)
        """,
        cli.out());
    assertEquals(0, cli.exitCode());
  }

  @Test
  @DisplayName("explain draws one row of stage 2 alone")
  void explainAlone() {
    Cli cli = run("explain " + LINUX + " --under npt-4-level --stage2-only --write 0x401234");
    assertEquals(
        """
        write at gpa 0x401234, npt 4-level nxe maxphyaddr=46 1g amd

                         NPT PML4E        NPT PDPTE        NPT PDE          NPT PTE        page

                         1 at 0xa70a000   2 at 0x9f5d000   3 at 0x78ae010   (page of 2M)
          gpa 0x401234   0x9f5d007 +A     0x78ae007 +A     0xc00087 +AD                    -> 0xc01234

          loads: 3; accessed or dirty to be set in 3 entries
          result: 0xc01234  (page: gpa 0xc01000 level 2 rwxu accessed dirty type=0)
        """,
        cli.out());
  }

  @Test
  @DisplayName("explain shows what a read-only slot keeps: 24 loads, four tables in ROM")
  void explainRom() {
    Cli cli = run("explain rom-bios-ad0-q10 --under ept4 --write 0x1000");
    assertEquals(0, cli.exitCode());
    assertEquals(4, cli.lines().stream().filter(line -> line.endsWith(" ro")).count());
    assertTrue(
        cli.out()
            .contains(
                "loads: 24; accessed or dirty to be set in 10 entries, and not in 4 more in"
                    + " read-only slots (ro)"));
  }

  @Test
  @DisplayName("explain ends where stage 2 stops")
  void explainStops() {
    Cli cli = run("explain " + LINUX + " --ept 0x29f205e 0x401000");
    assertEquals(1, cli.exitCode());
    assertTrue(cli.out().contains("stops: reserved"), cli.out());
    assertTrue(cli.out().contains("decided by: stage 2"), cli.out());
  }

  @ParameterizedTest
  @CsvSource({
    LINUX + ", ept4",
    "linux64-5l-max, npt-5-level",
    "linux32-pae-max, npt-pae",
    "linux32-2l-max, ept4-no-ad"
  })
  @DisplayName("map has the same gva, gpa and rights of the guest as without stage 2")
  void map(String name, String kind) {
    List<String[]> plain = pieces(Cli.run("map", name, "--pages", "--format", "tsv"), 4);
    List<String[]> nested =
        pieces(Cli.run("map", name, "--under", kind, "--pages", "--format", "tsv"), 7);
    assertEquals(plain.size(), nested.size());
    for (int i = 0; i < plain.size(); i++) {
      assertEquals(String.join(" ", plain.get(i)), String.join(" ", nested.get(i)));
    }
  }

  /** gva, gpa and rights, page of 4 KiB by page. */
  private static List<String[]> pieces(Cli cli, int rights) {
    assertEquals(0, cli.exitCode());
    int size = rights == 4 ? 2 : 3;
    return cli.lines().stream()
        .skip(1)
        .map(line -> line.split("\t"))
        .flatMap(
            field ->
                LongStream.range(0, Long.decode(field[size]) >> 12)
                    .mapToObj(
                        i ->
                            new String[] {
                              Numbers.hex(Numbers.parse(field[0]) + (i << 12)),
                              Numbers.hex(Numbers.parse(field[1]) + (i << 12)),
                              field[rights]
                            }))
        .toList();
  }

  @Test
  @DisplayName("map tells both sizes and rights; tsv and json have the same")
  void mapFormats() throws Exception {
    List<String> table = run("map linux32-2l-max --under ept4").lines();
    assertEquals(
        "gva                 gpa              slot_gpa             size   page  stage2_page  rights"
            + "  guest  stage2  adg  stage2_ad  kind",
        table.getFirst());
    assertEquals(
        "0xb7000000          0x3000000        0x7200000              2M     4M           2M  urwx"
            + "    urwx   rwx     AD-  --         ram",
        table.get(2));
    List<String> tsv = run("map linux32-2l-max --under ept4 --format tsv").lines();
    JsonNode json =
        new ObjectMapper()
            .readTree(run("map linux32-2l-max --under ept4 --format json").out())
            .path("ranges");
    assertEquals(table.size(), tsv.size());
    assertEquals(tsv.size() - 1, json.size());
    for (int i = 0; i < json.size(); i++) {
      List<String> values = new ArrayList<>();
      json.get(i).forEach(value -> values.add(value.asText()));
      assertEquals(tsv.get(i + 1), String.join("\t", values));
    }
  }

  @Test
  @DisplayName("map tells what stage 2 does not map: OVMF maps more than there is memory")
  void mapHole() {
    assertEquals(
        "0x100000000         0x100000000      -                   1020G     2M            -  none"
            + "    -rwx   none    ---  --         -",
        run("map ovmf64 --under ept4").lines().getLast());
  }

  @Test
  @DisplayName("map of stage 2 alone")
  void mapAlone() {
    List<String> lines = run("map linux32-2l-max --under npt-2-level --stage2-only").lines();
    assertEquals(
        "gpa              slot_gpa             size  stage2_page  stage2  stage2_ad  kind",
        lines.getFirst());
    assertEquals(
        "0x0              0x4941000              4K           4K  rwx     --         ram",
        lines.get(1));
  }

  @ParameterizedTest
  @CsvSource({
    "--under ept4, FourLevelOverEpt4Walker",
    "--mode pae --under npt-5-level, PaeOverFiveLevelNptWalker",
    "--under ept5 --stage2-only, Ept5Walker",
    "--guest linux64-4l-max --under ept4, FourLevelOverEpt4Walker",
    "--ept 0x101e, FourLevelOverEpt4Walker"
  })
  @DisplayName("list prints the class of a nested guest, and of stage 2 alone")
  void list(String arguments, String name) {
    Cli cli = run("list " + arguments);
    assertEquals(0, cli.exitCode());
    assertTrue(cli.lines().getFirst().startsWith("// " + name + ": "), cli.lines().getFirst());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          walk GUEST --ept 0x101e --npt 0x1000 0     | --ept, --npt and --under exclude each other
          walk GUEST --ept 0x101e --under ept4 0     | --ept, --npt and --under exclude each other
          walk GUEST --ept 0x101e --npt-mode pae 0   | --npt-mode goes with --npt only
          walk GUEST --under ept4 --stage2-options nxe 0 | go with --ept and --npt only
          walk GUEST --host-maxphyaddr 40 0          | go with --ept and --npt only
          walk GUEST --stage2-only 0                 | --stage2-only needs a nested guest
          map GUEST --stage2-only                    | --stage2-only needs a nested guest
          explain GUEST --kvm 0                      | --kvm needs a nested guest
          list --stage2-only                         | --stage2-only needs a nested guest
          walk GUEST --under ept3 0                  | 'ept3' is none of ept4, ept5, ept4-no-ad
          walk GUEST --under ept4 --stage2-only --ac 0 | --ac and --implicit mean nothing
          walk GUEST --ept 0x1 0                     | EPTP 0x1 has memory type 1
          walk GUEST --ept 0x1016 0                  | EPTP 0x1016 has 3 levels
          walk GUEST --ept 0x101e --stage2-options nxe 0 | EPT has no option 'nxe'
          walk GUEST --npt 0x1000 --stage2-options execute-only 0 | NPT has no option 'execute-only'
          walk GUEST --npt 0x1000 --npt-mode none 0  | nested paging needs a host with paging on
          walk GUEST --npt 0x1000 --host-maxphyaddr 60 0 | MAXPHYADDR 60 is outside
          walk GUEST --npt 0x1000 --npt-mode pae --stage2-options pse 0 | PSE has no effect
          walk memtest-x86 --under npt-pae 0         | stage 2 has no address for the guest's memory
          """)
  @DisplayName("bad usage")
  void badUsage(String arguments, String message) {
    Cli cli = run(arguments.replace("GUEST", LINUX));
    assertEquals(2, cli.exitCode(), cli.err());
    assertEquals("", cli.out());
    assertTrue(cli.err().contains(message), cli.err());
    assertTrue(!cli.err().contains("\tat "), cli.err());
  }
}
