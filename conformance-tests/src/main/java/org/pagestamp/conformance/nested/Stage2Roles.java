package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedOption;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;

/** The formats of stage 2, with their options in full, and guests over them. */
final class Stage2Roles {
  /** The hosts' paging modes. */
  static final List<PagingMode> HOSTS =
      List.of(PagingMode.TWO_LEVEL, PagingMode.PAE, PagingMode.FOUR_LEVEL, PagingMode.FIVE_LEVEL);

  private static final int WIDTH = 46;

  private Stage2Roles() {}

  /** EPT with pages of all sizes and some further options. */
  static EptRole ept(EptMode mode, EptOption... options) {
    return ept(mode, WIDTH, options);
  }

  /** The same with another MAXPHYADDR. */
  static EptRole ept(EptMode mode, int maxPhyAddr, EptOption... options) {
    Set<EptOption> all = EnumSet.of(EptOption.TWO_MEG_PAGES, EptOption.ONE_GIG_PAGES);
    all.addAll(List.of(options));
    return new EptRole(mode, maxPhyAddr, all);
  }

  /** NPT of a host with pages of all sizes and NX. */
  static NptRole npt(PagingMode host, NptOption... options) {
    return npt(host, new CpuFeatures(WIDTH, true, true), options);
  }

  /** The same with another processor. */
  static NptRole npt(PagingMode host, CpuFeatures cpu, NptOption... options) {
    return NptRole.of(Roles.of(host, cpu, Control.PSE, Control.NXE), options);
  }

  /** One role of each format. */
  static List<Stage2Role> formats() {
    List<Stage2Role> roles = new ArrayList<>();
    for (EptMode mode : EptMode.values()) {
      roles.add(ept(mode));
    }
    for (PagingMode host : HOSTS) {
      roles.add(npt(host));
    }
    return roles;
  }

  /** EPT with each set of the options that change rights and updates. */
  static List<Stage2Role> eptInFull(EptMode mode) {
    List<EptOption> options =
        List.of(EptOption.ACCESSED_DIRTY, EptOption.EXECUTE_ONLY, EptOption.MODE_BASED_EXECUTE);
    List<Stage2Role> roles = new ArrayList<>();
    for (int set = 0; set < 1 << options.size(); set++) {
      List<EptOption> chosen = new ArrayList<>();
      for (int i = 0; i < options.size(); i++) {
        if ((set >>> i & 1) != 0) {
          chosen.add(options.get(i));
        }
      }
      roles.add(ept(mode, chosen.toArray(EptOption[]::new)));
    }
    return roles;
  }

  /** NPT with and without GMET, with and without NX. */
  static List<Stage2Role> nptInFull(PagingMode host) {
    CpuFeatures cpu = new CpuFeatures(WIDTH, true, true);
    List<Stage2Role> roles = new ArrayList<>();
    roles.add(npt(host));
    roles.add(npt(host, NptOption.GMET));
    roles.add(NptRole.of(Roles.of(host, cpu, Control.PSE)));
    roles.add(NptRole.of(Roles.of(host, cpu, Control.PSE), NptOption.GMET));
    return roles;
  }

  /** A few roles of each format, which differ in what a two-dimensional walk does. */
  static List<Stage2Role> ofGuests() {
    List<Stage2Role> roles = new ArrayList<>();
    for (EptMode mode : EptMode.values()) {
      roles.add(ept(mode, EptOption.ACCESSED_DIRTY, EptOption.EXECUTE_ONLY));
      roles.add(ept(mode, EptOption.ADVANCED_INFO));
      roles.add(
          ept(
              mode,
              EptOption.ACCESSED_DIRTY,
              EptOption.MODE_BASED_EXECUTE,
              EptOption.ADVANCED_INFO,
              EptOption.HIGH_GPA_IGNORED));
    }
    for (PagingMode host : HOSTS) {
      roles.add(npt(host));
      roles.add(npt(host, NptOption.GMET, NptOption.HIGH_GPA_IGNORED));
    }
    return roles;
  }

  /**
   * Tries a guest with all controls over {@link #ofGuests}, each with each of its {@link #choices}:
   * a part of the trial's shard each. A subject without a second stage skips them.
   */
  static void forEachChoice(
      PagingMode mode, CaseGroup.Trial trial, BiConsumer<NestedRole, CaseGroup.Trial> tried) {
    Role guest =
        Roles.of(mode, new CpuFeatures(52, true, false), Control.WP, Control.NXE, Control.PSE);
    long part = 0;
    for (Stage2Role stage2 : ofGuests()) {
      for (NestedRole role : choices(guest, stage2)) {
        if (!trial.shard().has(part++) || trial.stopped()) {
          continue;
        }
        CaseGroup.Trial one = trial.ofMode(Stage2Labels.of(mode, stage2));
        if (trial.subject().stage2().isEmpty()) {
          one.skipped(1);
        } else {
          tried.accept(role, one);
        }
      }
    }
  }

  /**
   * A guest over stage 2, with each choice of how its tables are read; once with all of KVM's
   * options, and once with its addresses of faults where updates can be refused.
   */
  static List<NestedRole> choices(Role guest, Stage2Role stage2) {
    List<NestedRole> roles = new ArrayList<>();
    List<PdpteAccess> pdptes =
        guest.mode() == PagingMode.PAE
            ? List.of(PdpteAccess.values())
            : List.of(PdpteAccess.LOADED_AS_TABLE);
    for (TableAccess tables : TableAccess.values()) {
      for (PdpteAccess pdpte : pdptes) {
        roles.add(new NestedRole(guest, stage2, tables, pdpte));
      }
    }
    if (guest.mode() != PagingMode.NO_PAGING) { // where they have no effect
      roles.add(NestedRole.kvm(guest, stage2).with(NestedOption.values()));
      roles.add(
          new NestedRole(guest, stage2, TableAccess.WRITE_TO_UPDATE, PdpteAccess.LOADED_AS_TABLE)
              .with(NestedOption.PAGE_ALIGNED_FAULTS));
    }
    return roles;
  }
}
