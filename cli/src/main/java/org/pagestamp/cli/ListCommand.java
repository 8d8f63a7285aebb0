package org.pagestamp.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.codegen.WalkerClass;
import org.pagestamp.guest.CpuOptions;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Guests;
import org.pagestamp.guest.Nesting;
import org.pagestamp.guest.SparseMemory;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;
import org.pagestamp.stage2.Stage2Role;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pagestamp list}. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {
      "Prints the walker class that is generated for a mode, role and slots, or for a guest.",
      "With --under, --ept or --npt the class walks in two dimensions, with --stage2-only it walks"
          + " stage 2 alone.",
      "Without options: 4-level paging, no control bit set, one slot of RAM."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pagestamp list",
      "  pagestamp list --slots 0+128M:rom",
      "  pagestamp list --mode pae --wp --nxe --slots 0+3G:ram,0xffff0000+64K:rom --bytecode",
      "  pagestamp list --profile qemu --mode pae",
      "  pagestamp list --under ept4",
      "  pagestamp list --under npt-4-level --stage2-only",
      "  pagestamp list --guest ovmf64"
    })
final class ListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--bytecode", description = "Print bytecode instead of the listing.")
  private boolean bytecode;

  @Option(
      names = "--guest",
      paramLabel = "GUEST",
      description =
          "The class of this guest; of the options below only --profile and those of stage 2 are"
              + " used then.")
  private String guestName;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "4-level",
      description = "none, 2-level, pae, 4-level or 5-level (default: ${DEFAULT-VALUE}).")
  private PagingMode mode;

  @Option(names = "--wp", description = "CR0.WP is set.")
  private boolean wp;

  @Option(names = "--pse", description = "CR4.PSE is set (2-level).")
  private boolean pse;

  @Option(names = "--nxe", description = "EFER.NXE is set.")
  private boolean nxe;

  @Option(names = "--smep", description = "CR4.SMEP is set.")
  private boolean smep;

  @Option(names = "--smap", description = "CR4.SMAP is set.")
  private boolean smap;

  @Option(names = "--pke", description = "CR4.PKE is set (long mode).")
  private boolean pke;

  @Option(names = "--pks", description = "CR4.PKS is set (long mode).")
  private boolean pks;

  @Mixin private FeaturesMixin features;
  @Mixin private Stage2Mixin stage2;

  @Option(
      names = "--slots",
      paramLabel = "SLOTS",
      defaultValue = "0+128M:ram",
      converter = SlotSpec.Converter.class,
      description =
          SlotSpec.SYNTAX + "; numbers may have units K, M, G, T (default: ${DEFAULT-VALUE}).")
  private SlotSpec slots;

  @Option(
      names = "--single-vcpu",
      description = "Accessed and dirty bits are written plainly, not by compare-and-set.")
  private boolean singleVcpu;

  @Override
  public Integer call() throws GuestFormatException {
    if (guestName != null) {
      CpuOptions options = stage2.addTo(CpuOptions.NONE.with(features.profile()));
      try (Guest guest = stage2.nest(Guests.open(guestName, options), options.profile())) {
        print(guest.role(), guest.nesting().map(Nesting::role), guest.layout());
      }
      return PagestampCommand.OK;
    }
    try (Arena arena = Arena.ofShared()) {
      SlotLayout.Builder builder =
          SlotLayout.builder().updateMode(singleVcpu ? UpdateMode.SINGLE_VCPU : UpdateMode.ATOMIC);
      slots.addTo(builder, SparseMemory.allocate(slots.bytes(), arena));
      print(role(), stage2.role(width(), features.profile()), builder.build());
      return PagestampCommand.OK;
    } catch (IllegalArgumentException | IOException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private Role role() {
    Set<Control> controls = EnumSet.noneOf(Control.class);
    add(controls, wp, Control.WP);
    add(controls, pse, Control.PSE);
    add(controls, nxe, Control.NXE);
    add(controls, smep, Control.SMEP);
    add(controls, smap, Control.SMAP);
    add(controls, pke, Control.PKE);
    add(controls, pks, Control.PKS);
    CpuFeatures cpu = new CpuFeatures(width(), features.oneGigPages(), features.amd());
    Control[] set = controls.toArray(Control[]::new);
    return features.profile().isPresent()
        ? features.profile().get().role(mode, cpu, set)
        : Role.of(mode, cpu, set);
  }

  private int width() {
    return features.maxPhyAddr().orElse(FeaturesMixin.USUAL_MAXPHYADDR);
  }

  private static void add(Set<Control> controls, boolean given, Control control) {
    if (given) {
      controls.add(control);
    }
  }

  private void print(Role role, Optional<Stage2Role> under, SlotLayout layout) {
    PrintWriter out = spec.commandLine().getOut();
    WalkerClass generated = generate(role, under, layout);
    out.print(bytecode ? generated.bytecode() : generated.listing());
  }

  private WalkerClass generate(Role role, Optional<Stage2Role> under, SlotLayout layout) {
    if (under.isEmpty()) {
      return new Stamper().generate(role, layout);
    }
    return stage2.only()
        ? new Stamper().generate(under.get(), layout)
        : new Stamper().generate(stage2.nestedRole(role, under.get(), features.profile()), layout);
  }
}
