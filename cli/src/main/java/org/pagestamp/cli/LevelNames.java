package org.pagestamp.cli;

import org.pagestamp.mode.PagingMode;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;

/** What the entries of tables are called. */
final class LevelNames {
  private static final String[] NAMES = {"page", "PTE", "PDE", "PDPTE", "PML4E", "PML5E"};

  private LevelNames() {}

  /** PTE, PDE, PDPTE, PML4E, PML5E; {@code page} for 0. */
  static String of(int level) {
    return NAMES[level];
  }

  /** For example {@code EPT PTE}. */
  static String of(Stage2Role role, int level) {
    return switch (role) {
          case EptRole _ -> "EPT ";
          case NptRole _ -> "NPT ";
        }
        + of(level);
  }

  /** The size of a guest's page. */
  static String page(PagingMode mode, int level) {
    return level == 0 ? "no paging" : Numbers.size(mode.level(level).pageSize());
  }
}
