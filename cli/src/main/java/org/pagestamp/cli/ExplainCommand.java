package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.MissingTable;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pagestamp explain}. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "Tells a walk level by level: every entry read, where it lies, the rights above it, what"
          + " becomes of its accessed and dirty bits, and which rule decided.",
      "Of a nested guest it draws both dimensions: a row for each address of the guest, a column"
          + " for each level of stage 2.",
      "Ends with exit code 1 if the address faults."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pagestamp explain linux64-4l-max 0xffffffff81000000",
      "  pagestamp explain rom-bios-ad0-q10 0x1000 --write",
      "  pagestamp explain rom-bios-ad0-q10 0x1000 --write --profile intel",
      "  pagestamp explain linux64-4l-max 0xffffffff81000000 --under ept4"
    })
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private GuestMixin guestMixin;
  @Mixin private AccessMixin accessMixin;
  @Mixin private Stage2Mixin stage2Mixin;

  @Parameters(
      index = "1",
      paramLabel = "GVA",
      converter = Numbers.NumberConverter.class,
      description =
          "Guest-virtual address, with --stage2-only a guest-physical one: hexadecimal with 0x, or"
              + " decimal.")
  private long gva;

  @Override
  public Integer call() throws GuestFormatException {
    int access = stage2Mixin.only() ? accessMixin.stage2Access() : accessMixin.access();
    PrintWriter out = spec.commandLine().getOut();
    try (Guest guest = guestMixin.open(spec.commandLine().getErr(), stage2Mixin)) {
      Optional<NestedView> nested = NestedView.of(guest, stage2Mixin, guestMixin.profile());
      if (nested.isPresent()) {
        NestedExplanation explanation = new NestedExplanation(nested.get(), out);
        boolean translated =
            stage2Mixin.only() ? explanation.alone(gva, access) : explanation.nested(gva, access);
        return translated ? PagestampCommand.OK : PagestampCommand.FOUND;
      }
      WalkTrace trace =
          new InterpretedWalker(guest.role(), guest.layout()).explain(guest.vcpu(), gva, access);
      out.print(trace);
      MissingTable.behind(guest, trace).ifPresent(table -> out.println("  " + table));
      return WalkResult.isFault(trace.result()) ? PagestampCommand.FOUND : PagestampCommand.OK;
    }
  }
}
