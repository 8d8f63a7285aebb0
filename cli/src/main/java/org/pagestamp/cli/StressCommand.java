package org.pagestamp.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.codegen.TieredStamper;
import org.pagestamp.conformance.smp.StressReport;
import org.pagestamp.conformance.smp.VcpuStress;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.vcpu.WalkerSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pagestamp stress}. */
@Command(
    name = "stress",
    mixinStandardHelpOptions = true,
    description = {
      "Runs several virtual CPUs on threads of their own against one guest, while its memory slots"
          + " come, go, move and become read-only and its dirty logs are taken.",
      "Checks that each answer comes from one entry and one set of slots, that copies kept up by"
          + " the dirty logs alone equal memory, that LOCKed increments add up, and that nothing"
          + " throws.",
      "Ends with exit code 1 if anything went wrong."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  pagestamp stress", "  pagestamp stress --threads 4 --seconds 10 --engine tiered"})
final class StressCommand implements Callable<Integer> {
  /** Kinds of walkers that virtual CPUs share. */
  enum Walkers {
    INTERPRETED,
    GENERATED,
    TIERED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "8",
      description =
          "Threads; one changes slots, one takes the logs, the others are virtual CPUs (default:"
              + " ${DEFAULT-VALUE}; at least "
              + VcpuStress.MIN_THREADS
              + ").")
  private int threads;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "For how long (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      defaultValue = "generated",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Walkers engine;

  @Option(names = "--tlb", description = "Each virtual CPU has a TLB in front of its walker.")
  private boolean tlb;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "What each thread does, but not how they meet (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() throws InterruptedException {
    if (threads < VcpuStress.MIN_THREADS) {
      throw bad("--threads must be " + VcpuStress.MIN_THREADS + " or more, not " + threads);
    }
    if (seconds < 1) {
      throw bad("--seconds must be 1 or more, not " + seconds);
    }
    StressReport report;
    try (ExecutorService executor = Executors.newSingleThreadExecutor();
        Progress progress = new Progress("stress", seconds)) {
      report =
          new VcpuStress(threads, walkers(executor), tlb, seed)
              .run(Duration.ofSeconds(seconds), new Seconds(progress)::passed);
    }
    print(report);
    return report.problemCount() == 0 ? PagestampCommand.OK : PagestampCommand.FOUND;
  }

  private WalkerSource walkers(ExecutorService executor) {
    return switch (engine) {
      case INTERPRETED -> InterpretedWalker::new;
      case GENERATED -> new Stamper()::stamp;
      case TIERED -> new TieredStamper(new Stamper(), executor)::walker;
    };
  }

  private ParameterException bad(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void print(StressReport report) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%d threads, %d s, %s%s, seed %d%n",
        threads, seconds, engine, tlb ? " behind TLBs" : "", seed);
    row(out, report.walks(), "translations checked, of them " + count(report.faults()) + " faults");
    row(out, report.stores(), "stores to guest memory");
    row(out, report.remaps(), "leaf entries changed by the guest");
    row(out, report.layouts(), "changes of memory slots");
    row(out, report.harvests(), "dirty logs taken, with " + count(report.dirtyPages()) + " pages");
    row(out, report.epochs(), "times all memory compared with what the logs told");
    report.problems().forEach(problem -> out.println("WRONG: " + problem));
    long untold = report.problemCount() - report.problems().size();
    if (untold > 0) {
      out.printf("and %s more%n", count(untold));
    }
    out.println(
        report.problemCount() == 0
            ? "OK: no exception, no lost dirty page, no torn result"
            : "FAILED: " + count(report.problemCount()) + " problem(s)");
  }

  private static void row(PrintWriter out, long number, String what) {
    out.printf("%15s %s%n", count(number), what);
  }

  private static String count(long number) {
    return Numbers.count(number);
  }

  /** Steps of a progress bar, one for each second. */
  private static final class Seconds {
    private final Progress progress;
    private long shown;

    Seconds(Progress progress) {
      this.progress = progress;
    }

    void passed(Duration time) {
      for (; shown < time.toSeconds(); shown++) {
        progress.step(shown + 1 + " s");
      }
    }
  }
}
