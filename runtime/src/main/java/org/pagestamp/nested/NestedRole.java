package org.pagestamp.nested;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;

/**
 * The immutable part of a two-dimensional walk: the guest's paging, stage 2, and the choices on how
 * one uses the other. A walker is made for one role.
 *
 * @param guest the guest's own paging
 * @param stage2 what its addresses go through
 * @param tableAccess what reading its tables asks of stage 2
 * @param pdpteAccess how PDPTEs are read; without effect outside PAE paging
 * @param options what is done KVM's way, as far as it has an effect; unmodifiable
 */
public record NestedRole(
    Role guest,
    Stage2Role stage2,
    TableAccess tableAccess,
    PdpteAccess pdpteAccess,
    Set<NestedOption> options) {
  /**
   * Refuses null; a guest whose walks read PDPTEs reads them {@link PdpteAccess#IN_WALK}; options
   * without effect are dropped, so that roles that walk alike are equal.
   */
  public NestedRole {
    Objects.requireNonNull(guest, "guest");
    Objects.requireNonNull(stage2, "stage2");
    Objects.requireNonNull(tableAccess, "tableAccess");
    Objects.requireNonNull(pdpteAccess, "pdpteAccess");
    pdpteAccess = guest.readsPdptes() ? PdpteAccess.IN_WALK : pdpteAccess;
    Set<NestedOption> effective = EnumSet.noneOf(NestedOption.class);
    effective.addAll(options);
    if (guest.mode() == PagingMode.NO_PAGING) {
      effective.clear(); // no table, and KVM translates the address itself
    } else if (guest.choices().readOnly() == ReadOnlyTables.NONE) {
      effective.remove(NestedOption.GUEST_FRAME_MARKED);
    }
    options = Collections.unmodifiableSet(effective);
  }

  /** A role without options. */
  public NestedRole(
      Role guest, Stage2Role stage2, TableAccess tableAccess, PdpteAccess pdpteAccess) {
    this(guest, stage2, tableAccess, pdpteAccess, Set.of());
  }

  /** The same role with these options and no other. */
  public NestedRole with(NestedOption... only) {
    return new NestedRole(guest, stage2, tableAccess, pdpteAccess, Set.copyOf(Arrays.asList(only)));
  }

  /** Whether an option is on. */
  public boolean has(NestedOption option) {
    return options.contains(option);
  }

  /**
   * As KVM does it for the guests of its guests, but for its {@link NestedOption}s: what it stores
   * is marked dirty, and faults tell the exact address.
   */
  public static NestedRole kvm(Role guest, Stage2Role stage2) {
    return new NestedRole(guest, stage2, TableAccess.WRITE, PdpteAccess.LOADED_AS_TABLE);
  }

  /** As a processor with this stage 2 does it. */
  public static NestedRole processor(Role guest, Stage2Role stage2) {
    return switch (stage2) {
      case EptRole ept ->
          new NestedRole(
              guest,
              ept,
              ept.has(EptOption.ACCESSED_DIRTY) ? TableAccess.WRITE : TableAccess.WRITE_TO_UPDATE,
              PdpteAccess.LOADED_BY_READ);
      case NptRole npt -> new NestedRole(guest, npt, TableAccess.WRITE, PdpteAccess.IN_WALK);
    };
  }

  /** All parts by their names; options only where there are any. */
  @Override
  public String toString() {
    return "NestedRole[guest="
        + guest
        + ", stage2="
        + stage2
        + ", tableAccess="
        + tableAccess
        + ", pdpteAccess="
        + pdpteAccess
        + (options.isEmpty() ? "]" : ", options=" + options + "]");
  }
}
