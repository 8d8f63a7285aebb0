package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.MissingTable;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pagestamp walk}. */
@Command(
    name = "walk",
    mixinStandardHelpOptions = true,
    description = {
      "Translates addresses.",
      "Each address is asked by itself: the answer is a real access's, but accessed and dirty bits"
          + " are not stored. Of a nested guest, both dimensions are walked: its own tables, and"
          + " those of stage 2 under them. Ends with exit code 1 if an address faults or the"
          + " engines differ."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pagestamp walk linux64-4l-max 0xffffffff81000000",
      "  pagestamp walk linux64-4l-max --user --write 0x401000 0x402000",
      "  pagestamp walk linux64-4l-max --under ept4 0xffffffff81000000",
      "  pagestamp walk rom-bios-ad0-q10 --profile qemu --write 0x1000",
      "  pagestamp walk host.elf --ept 0x10a05e --stage2-only 0x1000",
      "  pagestamp walk --raw ram.bin --cr3 0x1000 --mode 4-level 0x400000"
    })
final class WalkCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private GuestMixin guestMixin;
  @Mixin private AccessMixin accessMixin;
  @Mixin private Stage2Mixin stage2Mixin;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      defaultValue = "both",
      description = "interpreted, generated, or both and compare (default: ${DEFAULT-VALUE}).")
  private Engine engine;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "GVA",
      converter = Numbers.NumberConverter.class,
      description =
          "Guest-virtual addresses, with --stage2-only guest-physical ones: hexadecimal with 0x, or"
              + " decimal.")
  private List<Long> gvas;

  private int exitCode = PagestampCommand.OK;

  @Override
  public Integer call() throws GuestFormatException {
    int access = stage2Mixin.only() ? accessMixin.stage2Access() : accessMixin.access();
    PrintWriter out = spec.commandLine().getOut();
    try (Guest guest = guestMixin.open(spec.commandLine().getErr(), stage2Mixin)) {
      Optional<NestedView> nested = NestedView.of(guest, stage2Mixin, guestMixin.profile());
      if (nested.isPresent()) {
        NestedWalks walks = new NestedWalks(nested.get(), engine, access, out);
        for (long address : gvas) {
          exitCode |= walks.walk(address) ? PagestampCommand.OK : PagestampCommand.FOUND;
        }
        return exitCode;
      }
      Map<String, Walker> walkers = engine.walkers(guest);
      for (long gva : gvas) {
        walk(guest, walkers, gva, access, out);
      }
    }
    return exitCode;
  }

  private void walk(
      Guest guest, Map<String, Walker> walkers, long gva, int access, PrintWriter out) {
    Walker walker = walkers.values().iterator().next();
    long result = walker.probe(guest.vcpu(), gva, access);
    for (Map.Entry<String, Walker> other : walkers.entrySet()) {
      long answer = other.getValue().probe(guest.vcpu(), gva, access);
      if (answer != result) {
        exitCode = PagestampCommand.FOUND;
        out.printf(
            "0x%x: the engines differ; %s: %s%n", gva, other.getKey(), WalkResult.toString(answer));
      }
    }
    String missing =
        MissingTable.behind(guest, walker.explain(guest.vcpu(), gva, access))
            .map(table -> " (" + table + ")")
            .orElse("");
    if (!WalkResult.isFault(result)) {
      out.printf(
          "0x%x -> 0x%x  (page: %s)%s%n",
          gva, WalkResult.gpa(result, gva), WalkResult.toString(result), missing);
      return;
    }
    exitCode = PagestampCommand.FOUND;
    out.printf("0x%x -> %s%s%n", gva, WalkResult.toString(result), missing);
  }
}
