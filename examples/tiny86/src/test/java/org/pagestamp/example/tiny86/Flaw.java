package org.pagestamp.example.tiny86;

/** Mistakes that TLBs have. */
enum Flaw {
  /** None: the TLB is right. */
  NONE,
  /** A write to CR3 drops nothing. */
  CR3_WRITE_FLUSHES_NOTHING,
  /** PCIDs are not told apart: a switch that keeps translations keeps the other's. */
  PCIDS_MIXED_UP,
  /** A write to CR0.PG, CR4.PGE and the like drops nothing. */
  MODE_CHANGE_FLUSHES_NOTHING,
  /** A change of WP, SMEP, SMAP, PKE or PKRU leaves conclusions from them. */
  RIGHTS_STAY,
  /** INVLPG does nothing. */
  INVLPG_IGNORED,
  /** INVLPG drops 4 KiB of a large page. */
  INVLPG_OF_A_PART,
  /** INVLPG keeps global pages. */
  INVLPG_KEEPS_GLOBAL,
  /** INVPCID does nothing. */
  INVPCID_IGNORED,
  /** INVPCID of all keeps global pages. */
  INVPCID_KEEPS_GLOBAL,
  /** A page that was read is taken for writable if its entries allow it, dirty or not. */
  CLEAN_PAGE_WRITABLE,
  /** What the kernel may do, users may. */
  KERNEL_RIGHTS_FOR_USERS,
  /** What the kernel may do with EFLAGS.AC set, it may without. */
  AC_IGNORED
}
