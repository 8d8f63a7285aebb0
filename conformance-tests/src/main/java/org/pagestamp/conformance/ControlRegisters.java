package org.pagestamp.conformance;

import org.pagestamp.mode.Control;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/**
 * Control registers that make a role. Their bits are written down here once more, and in the reader
 * of captures: a slip in the library's own shows.
 */
final class ControlRegisters {
  static final long CR4_PGE = 1L << 7;

  private static final long CR0_PE = 1;
  private static final long CR0_PG = 1L << 31;
  private static final long CR0_WP = 1L << 16;
  private static final long CR4_PAE = 1L << 5;
  private static final long CR4_LA57 = 1L << 12;
  private static final long EFER_LME_LMA = 0x500;
  private static final long EFER_NXE = 1L << 11;

  private ControlRegisters() {}

  static long cr0(Role role) {
    return CR0_PE | (role.mode() == PagingMode.NO_PAGING ? 0 : CR0_PG) | (role.wp() ? CR0_WP : 0);
  }

  static long cr4(Role role) {
    long cr4 = role.mode() == PagingMode.PAE || role.mode().isLongMode() ? CR4_PAE : 0;
    cr4 |= role.mode() == PagingMode.FIVE_LEVEL ? CR4_LA57 : 0;
    for (Control control : role.controls()) {
      cr4 |=
          switch (control) {
            case PSE -> 1L << 4;
            case SMEP -> 1L << 20;
            case SMAP -> 1L << 21;
            case PKE -> 1L << 22;
            case PKS -> 1L << 24;
            case WP, NXE -> 0; // in CR0 and in EFER
          };
    }
    return cr4;
  }

  static long efer(Role role) {
    return (role.mode().isLongMode() ? EFER_LME_LMA : 0) | (role.nxe() ? EFER_NXE : 0);
  }
}
