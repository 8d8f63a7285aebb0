package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.Optional;
import org.pagestamp.guest.CpuOptions;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Guests;
import org.pagestamp.guest.RawImage;
import org.pagestamp.guest.Registers;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.profile.Profile;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The guest that a command works on. */
final class GuestMixin {
  /** The widest, so that no address bit counts as reserved. */
  private static final int RAW_MAXPHYADDR = 52;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "GUEST",
      description = {
        "A capture folder, an ELF core written by QEMU's dump-guest-memory, the name of a shipped"
            + " guest (see 'pagestamp demo'), or with --raw a file of guest memory."
      })
  private String name;

  @Mixin private CpuMixin cpu;

  @Option(
      names = "--raw",
      description = "GUEST is guest memory byte by byte; needs --cr3 and --mode.")
  private boolean raw;

  @Option(
      names = "--base",
      paramLabel = "GPA",
      defaultValue = "0",
      converter = Numbers.SizeConverter.class,
      description = "With --raw: where the file's first byte is (default: 0).")
  private long base;

  @Option(
      names = "--cr3",
      paramLabel = "VALUE",
      converter = Numbers.NumberConverter.class,
      description = "With --raw: CR3.")
  private Long cr3;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = "With --raw: none, 2-level, pae, 4-level or 5-level.")
  private PagingMode mode;

  @Option(
      names = "--cr0",
      paramLabel = "VALUE",
      converter = Numbers.NumberConverter.class,
      description = "With --raw: CR0, instead of PG, WP and PE set.")
  private Long cr0;

  @Option(
      names = "--cr4",
      paramLabel = "VALUE",
      converter = Numbers.NumberConverter.class,
      description = "With --raw: CR4, instead of the least that the mode needs.")
  private Long cr4;

  /**
   * Opens a guest that is not nested, and says on {@code err} what had to be assumed.
   *
   * @throws GuestFormatException also if the guest is nested
   */
  Guest open(PrintWriter err) throws GuestFormatException {
    Guest guest = told(open(cpu.options()), err);
    if (guest.nesting().isPresent()) {
      guest.close();
      throw usage("the guest is nested, which this command does not know");
    }
    return guest;
  }

  /** The same for any guest. */
  Guest open(PrintWriter err, Stage2Mixin stage2) throws GuestFormatException {
    CpuOptions options = stage2.addTo(cpu.options());
    return told(stage2.nest(open(options), options.profile()), err);
  }

  /** Whose walk is to be made. */
  Optional<Profile> profile() {
    return cpu.options().profile();
  }

  private Guest open(CpuOptions options) throws GuestFormatException {
    return raw ? openRaw(options) : openFiles(options);
  }

  private static Guest told(Guest guest, PrintWriter err) {
    for (String assumption : guest.assumptions()) {
      err.println(guest.name() + ": " + assumption);
    }
    return guest;
  }

  private Guest openFiles(CpuOptions options) throws GuestFormatException {
    if (cr3 != null || mode != null || cr0 != null || cr4 != null || base != 0) {
      throw usage("--cr3, --mode, --cr0, --cr4 and --base go with --raw only");
    }
    return Guests.open(name, options);
  }

  private Guest openRaw(CpuOptions options) throws GuestFormatException {
    if (cr3 == null || mode == null) {
      throw usage("--raw needs --cr3 and --mode");
    }
    Registers typical = Registers.typical(mode, cr3, options.maxPhyAddr().orElse(RAW_MAXPHYADDR));
    Registers registers =
        new Registers(
            cr0 == null ? typical.cr0() : cr0,
            cr3,
            cr4 == null ? typical.cr4() : cr4,
            options.efer().orElse(typical.efer()),
            0,
            typical.maxPhyAddr());
    return Guests.openRaw(name, new RawImage(base, registers, options));
  }

  private ParameterException usage(String message) {
    CommandLine command = spec.commandLine();
    return new ParameterException(command, message);
  }
}
