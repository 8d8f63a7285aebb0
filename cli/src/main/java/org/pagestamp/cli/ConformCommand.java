package org.pagestamp.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Shard;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.group.CaseGroups;
import org.pagestamp.conformance.run.ConformanceRun;
import org.pagestamp.conformance.run.HtmlReport;
import org.pagestamp.conformance.run.RunFailure;
import org.pagestamp.conformance.run.RunReport;
import org.pagestamp.conformance.run.RunSettings;
import org.pagestamp.conformance.run.TextReport;
import org.pagestamp.mode.PagingMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pagestamp conform}. */
@Command(
    name = "conform",
    mixinStandardHelpOptions = true,
    description = {
      "Puts walkers on trial: vector files, real guests, and cases made from rules, in all modes.",
      "Prints a matrix of modes, groups and engines, each failure as a vector that --replay walks"
          + " again, and last a line 'N passed, M failed'. A vector counts once for an engine, over"
          + " however many kinds of memory it is walked; any other walk counts each time.",
      "Ends with exit code 1 if anything failed."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pagestamp conform",
      "  pagestamp conform --vectors rom.jsonl.gz,pae.jsonl.gz --report report.html",
      "  pagestamp conform --engine com.example.MyMmu --classpath my.jar --mode 2-level",
      "  pagestamp conform --walks 1e9 --seed 7 --shard 2/8",
      "  pagestamp conform --replay conform-failures.jsonl"
    })
final class ConformCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      split = ",",
      arity = "1..*",
      defaultValue = "both",
      description =
          "interpreted, generated, both, or a class that implements"
              + " org.pagestamp.conformance.Subject (default: ${DEFAULT-VALUE}).")
  private List<String> engines;

  @Option(
      names = "--classpath",
      paramLabel = "PATH",
      split = "[,:]",
      description = "Jars and folders in which the classes of --engine are.")
  private List<Path> classPath = new ArrayList<>();

  @Option(
      names = "--memory",
      paramLabel = "KIND",
      split = ",",
      arity = "1..*",
      converter = MemoryKindConverter.class,
      description =
          "What slots are backed by: native, native-per-slot, mapped-file, long-array, int-array,"
              + " byte-array, accessor (default: native for interpreted; native, long-array,"
              + " mapped-file, accessor and byte-array for generated).")
  private List<MemoryKind> memory = new ArrayList<>();

  @Option(
      names = "--vectors",
      paramLabel = "FILE",
      split = ",",
      arity = "1..*",
      description =
          "Vector files, plain or gzip, instead of the shipped ones. Without --only, no other"
              + " group runs.")
  private List<Path> vectors = new ArrayList<>();

  @Option(
      names = "--guests",
      paramLabel = "DIR",
      split = ",",
      arity = "1..*",
      description =
          "Capture folders with QEMU's listing, or names of shipped guests, instead of all shipped"
              + " ones. Without --only, no other group runs.")
  private List<String> guests = new ArrayList<>();

  @Option(
      names = "--replay",
      paramLabel = "FILE",
      description = "Walks the vectors of this file again: the same as --vectors FILE.")
  private Path replay;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      split = ",",
      arity = "1..*",
      description =
          "none, 2-level, pae, 4-level or 5-level (default: all); of cases with a second stage the"
              + " guest's, and none for stage 2 alone.")
  private List<PagingMode> modes = List.of(PagingMode.values());

  @Option(
      names = "--only",
      paramLabel = "GROUP",
      split = ",",
      arity = "1..*",
      description = "These groups alone; --list names them.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      converter = ConformNumbers.Seed.class,
      description = "The seed of all that is random (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--walks",
      paramLabel = "N",
      defaultValue = "250000",
      converter = ConformNumbers.Walks.class,
      description =
          "Random walks for each mode, random group and engine's memory, for example 1e9 (default:"
              + " ${DEFAULT-VALUE}).")
  private long walks;

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      defaultValue = "1/1",
      converter = ConformNumbers.ShardConverter.class,
      description = "Only the I-th of N parts of the run (default: ${DEFAULT-VALUE}).")
  private Shard shard;

  @Option(
      names = "--failures",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "How many failures to show of each mode, group and engine (default: ${DEFAULT-VALUE}).")
  private int failuresShown;

  @Option(
      names = "--failures-to",
      paramLabel = "FILE",
      defaultValue = "conform-failures.jsonl",
      description = "Where to write the failures as vectors (default: ${DEFAULT-VALUE}).")
  private Path failuresFile;

  @Option(names = "--report", paramLabel = "FILE.html", description = "Writes an HTML report.")
  private Path html;

  @Option(names = "--list", description = "Lists the groups and ends.")
  private boolean list;

  @Override
  public Integer call() throws IOException {
    if (replay != null) {
      vectors.add(replay);
    }
    List<CaseGroup> groups = groups();
    if (list) {
      PrintWriter out = spec.commandLine().getOut();
      groups.forEach(each -> out.printf("%-16s %s%n", each.name(), each.purpose()));
      return PagestampCommand.OK;
    }
    ConformProgress progress = new ConformProgress(spec.commandLine().getErr());
    ConformanceRun run;
    try {
      List<Subject> subjects = ConformEngine.subjects(engines, memory, classPath);
      RunSettings settings = new RunSettings(modes, seed, walks, shard, failuresShown);
      run = new ConformanceRun(subjects, groups, settings, progress);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    try (progress;
        Interruption _ = new Interruption(run)) {
      RunReport report = run.run();
      progress.close();
      return print(report);
    } catch (NoSuchFileException e) {
      return badInput(e.getFile() + ": no such file");
    } catch (IOException e) {
      return badInput(e.getMessage());
    }
  }

  private int badInput(String message) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + message);
    return PagestampCommand.BAD_INPUT;
  }

  private List<CaseGroup> groups() {
    List<CaseGroup> all = CaseGroups.all(vectors, guests);
    List<String> names = all.stream().map(CaseGroup::name).toList();
    List<String> wanted = new ArrayList<>(only);
    if (only.isEmpty()) {
      if (!vectors.isEmpty()) {
        wanted.add("vectors");
      }
      if (!guests.isEmpty()) {
        wanted.add("guests");
      }
    }
    for (String name : wanted) {
      if (!names.contains(name)) {
        throw new ParameterException(
            spec.commandLine(), "no group '" + name + "': there are " + String.join(", ", names));
      }
    }
    return wanted.isEmpty()
        ? all
        : all.stream().filter(group -> wanted.contains(group.name())).toList();
  }

  private int print(RunReport report) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Set<String> lines = new LinkedHashSet<>(); // engines may fail at the same vector
    for (RunFailure failure : report.failures()) {
      out.println(TextReport.failure(failure));
      failure.json().ifPresent(lines::add);
    }
    out.print(TextReport.matrix(report));
    if (report.failed() > report.failures().size()) {
      out.printf(
          "%d of %d failures are shown: --failures N shows more%n",
          report.failures().size(), report.failed());
    }
    if (!lines.isEmpty()) {
      Files.write(failuresFile, lines, StandardCharsets.UTF_8);
      out.printf("Failures as vectors: %s; again: --replay %s%n", failuresFile, failuresFile);
    }
    if (html != null) {
      Files.writeString(html, HtmlReport.of(report, command()), StandardCharsets.UTF_8);
      out.printf("Report: %s%n", html);
    }
    out.println(TextReport.verdict(report));
    out.flush();
    return report.failed() == 0 ? PagestampCommand.OK : PagestampCommand.FOUND;
  }

  /** The command line that makes this run again. */
  private String command() {
    List<String> arguments = spec.commandLine().getParseResult().originalArgs();
    return "./pagestamp conform " + String.join(" ", arguments);
  }
}
