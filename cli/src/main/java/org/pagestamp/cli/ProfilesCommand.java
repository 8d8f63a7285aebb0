package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.conformance.profile.ProfileRow;
import org.pagestamp.conformance.profile.ProfileRows;
import org.pagestamp.conformance.profile.ProfileTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pagestamp profiles}. */
@Command(
    name = "profiles",
    mixinStandardHelpOptions = true,
    description = {
      "Shows what KVM, processors of Intel and AMD, QEMU and Bochs do differently: sets a small"
          + " guest up for each row, walks it as each profile does, and prints what was seen.",
      "A cell of = is as kvm's, - is a stage 2 that the profile does not have, and * is known not"
          + " to be what the original does.",
      "Ends with exit code 1 if the two engines do not see the same."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  pagestamp profiles", "  pagestamp profiles --only D3,D9 --engine generated"})
final class ProfilesCommand implements Callable<Integer> {
  private static final int SUBJECT_WIDTH = 30;
  private static final int CELL_WIDTH = 20;

  @Spec private CommandSpec spec;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      defaultValue = "both",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Engine engine;

  @Option(
      names = "--only",
      paramLabel = "ROW",
      split = ",",
      description = "Rows by number or id, for example D3,D4b (default: all).")
  private List<String> only;

  @Option(names = "--markdown", description = "Print the table as docs/profiles.md has it.")
  private boolean markdown;

  @Override
  public Integer call() {
    List<ProfileTable> tables = new ArrayList<>();
    List<ProfileRow> rows = rows();
    for (WalkerSubject walkers : walkers()) {
      tables.add(ProfileTable.of(rows, walkers));
    }
    PrintWriter out = spec.commandLine().getOut();
    ProfileTable table = tables.getFirst();
    List<String> differences = table.differences(tables.getLast());
    if (markdown) {
      out.print(table.markdown());
    } else {
      print(table, out);
      out.println(summary(table, tables.size() > 1 && differences.isEmpty()));
    }
    differences.forEach(difference -> out.println("DIFFERS: " + difference));
    return differences.isEmpty() ? PagestampCommand.OK : PagestampCommand.FOUND;
  }

  private List<ProfileRow> rows() {
    try {
      return only == null ? ProfileRows.all() : ProfileRows.only(only);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private List<WalkerSubject> walkers() {
    List<WalkerSubject> walkers = new ArrayList<>();
    if (engine != Engine.GENERATED) {
      walkers.add(of(org.pagestamp.conformance.Engine.interpreted()));
    }
    if (engine != Engine.INTERPRETED) {
      walkers.add(of(org.pagestamp.conformance.Engine.generated(new Stamper())));
    }
    return walkers;
  }

  private static WalkerSubject of(org.pagestamp.conformance.Engine walkers) {
    return new WalkerSubject(walkers, MemoryKind.NATIVE);
  }

  private static void print(ProfileTable table, PrintWriter out) {
    TextGrid grid = new TextGrid();
    grid.row();
    grid.cell("row");
    grid.cell("subject");
    ProfileTable.columns().forEach(grid::cell);
    for (ProfileTable.Line line : table.lines()) {
      ProfileRow row = line.row();
      grid.row();
      grid.cell(row.id());
      grid.cell(wrapped(row.subject(), SUBJECT_WIDTH));
      if (row.isModelled()) {
        line.cells().forEach(cell -> grid.cell(wrapped(cell, CELL_WIDTH)));
      } else {
        grid.cell("not modelled");
      }
    }
    grid.print(out, "");
    out.println();
    for (ProfileTable.Line line : table.lines()) {
      if (!line.row().note().isEmpty()) {
        out.println(line.row().id() + ": " + line.row().note());
      }
    }
  }

  /** A text in lines, broken at spaces. */
  private static String[] wrapped(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines.toArray(String[]::new);
  }

  private static String summary(ProfileTable table, boolean agree) {
    long modelled = table.lines().stream().filter(line -> line.row().isModelled()).count();
    long differing = table.lines().stream().filter(ProfileTable.Line::differs).count();
    return String.format(
        "%d rows: profiles differ in %d, not modelled %d%s",
        table.lines().size(),
        differing,
        table.lines().size() - modelled,
        agree ? "; both engines agree" : "; engine " + table.engine());
  }
}
