package org.pagestamp.nested;

import java.util.Objects;
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
 */
public record NestedRole(
    Role guest, Stage2Role stage2, TableAccess tableAccess, PdpteAccess pdpteAccess) {
  /** Refuses null; a guest whose walks read PDPTEs reads them {@link PdpteAccess#IN_WALK}. */
  public NestedRole {
    Objects.requireNonNull(guest, "guest");
    Objects.requireNonNull(stage2, "stage2");
    Objects.requireNonNull(tableAccess, "tableAccess");
    Objects.requireNonNull(pdpteAccess, "pdpteAccess");
    pdpteAccess = guest.readsPdptes() ? PdpteAccess.IN_WALK : pdpteAccess;
  }

  /** As KVM does it for the guests of its guests. */
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
}
