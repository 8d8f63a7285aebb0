package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.pagestamp.example.tiny86.Engine;
import org.pagestamp.example.tiny86.Fault;
import org.pagestamp.example.tiny86.Tiny86;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pagestamp tiny86}. */
@Command(
    name = "tiny86",
    mixinStandardHelpOptions = true,
    description = {
      "Boots the guest of examples/tiny86 with every engine, with and without a TLB, and compares.",
      "The example is a small x86 emulator over Pagestamp. Its guest goes from real mode through"
          + " every paging mode and back, takes page faults, and checks what it sees.",
      "Ends with exit code 1 if two runs differ in a fault, a register or a byte of memory, or if"
          + " the guest is not content."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  pagestamp tiny86", "  pagestamp tiny86 --console --faults"})
final class Tiny86Command implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--console", description = "Show what the guest prints.")
  private boolean console;

  @Option(names = "--faults", description = "Show every fault.")
  private boolean faults;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<GuestRun> runs = new ArrayList<>();
    Engine[] engines = Engine.values();
    try (Progress progress = new Progress("tiny86", 2 * engines.length)) {
      for (Engine engine : engines) {
        for (boolean tlb : new boolean[] {false, true}) {
          progress.step(GuestRun.name(engine, tlb));
          runs.add(new GuestRun(engine, tlb, Tiny86.run(engine, tlb)));
        }
      }
    }
    GuestRun first = runs.getFirst();
    if (console) {
      out.println(first.outcome().console());
    }
    if (faults) {
      for (Fault fault : first.outcome().faults()) {
        out.println(fault);
      }
      out.println();
    }
    return GuestRun.report(runs, out) ? PagestampCommand.OK : PagestampCommand.FOUND;
  }
}
