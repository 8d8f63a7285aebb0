package org.pagestamp.vcpu;

/**
 * What became of a guest's write to a control register, and what it makes cached translations
 * worth. A refused write has changed nothing; the guest gets #GP(0).
 *
 * <p>Sources: Intel SDM vol. 3, section 4.10.4.1 (what invalidates TLBs) and the descriptions of
 * MOV to control registers and WRMSR; KVM's {@code kvm_set_cr0}, {@code kvm_set_cr3}, {@code
 * kvm_set_cr4} and {@code set_efer}.
 */
public enum RegisterWrite {
  /** Written; every cached translation stays good. */
  DONE(Flush.NONE, null),
  /**
   * Written; CR0.WP, CR4.SMEP, SMAP, PKE, PKS, LASS, LAM_SUP or a key register is another. Cached
   * page addresses and rights stay good, what was concluded from them does not. A TLB that keeps
   * conclusions, as most do ("this page is writable"), drops all.
   */
  RIGHTS_CHANGED(Flush.ALL, null),
  /**
   * CR3 written with CR4.PCIDE, keeping what is cached under the new PCID. A TLB without PCIDs
   * drops what is not global.
   */
  PCID_SWITCHED(Flush.NON_GLOBAL, null),
  /**
   * CR3 written with CR4.PCIDE; what is cached under the new PCID and not global is to be dropped.
   */
  PCID_LOADED(Flush.NON_GLOBAL, null),
  /** Written; what is not global is to be dropped, of all PCIDs. */
  FLUSH_NON_GLOBAL(Flush.NON_GLOBAL, null),
  /** Written; everything is to be dropped. */
  FLUSH_ALL(Flush.ALL, null),

  /** Refused. */
  CR0_RESERVED_BIT("bits 63:32 of CR0 are reserved"),
  /** Refused. */
  NW_WITHOUT_CD("CR0.NW needs CR0.CD"),
  /** Refused. */
  PG_WITHOUT_PE("CR0.PG needs CR0.PE"),
  /** Refused. */
  LONG_MODE_WITHOUT_PAE("long mode needs CR4.PAE"),
  /** Refused. */
  PCIDE_WITHOUT_PAGING("CR4.PCIDE is set: clear it before CR0.PG"),
  /** Refused. */
  CR3_RESERVED_BIT("a reserved bit of CR3, such as one at or above MAXPHYADDR"),
  /** Refused. */
  PDPTE_RESERVED_BIT("a present PDPTE has a reserved bit set"),
  /** Refused. */
  PDPTES_IN_NO_SLOT("the PDPTEs lie in no memory slot"),
  /** Refused. */
  CR4_RESERVED_BIT("a bit of CR4 whose feature the CPU does not have"),
  /** Refused. */
  LA57_IN_LONG_MODE("CR4.LA57 cannot change while EFER.LMA is set"),
  /** Refused. */
  PCIDE_OUTSIDE_LONG_MODE("CR4.PCIDE needs EFER.LMA"),
  /** Refused. */
  PCIDE_WITH_CR3_PCID("CR4.PCIDE can be set only while bits 11:0 of CR3 are clear"),
  /** Refused. */
  EFER_RESERVED_BIT("EFER.NXE on a CPU without it"),
  /** Refused. */
  LME_WHILE_PAGING("EFER.LME cannot change while CR0.PG is set");

  private final Flush flush;
  private final String reason;

  RegisterWrite(Flush flush, String reason) {
    this.flush = flush;
    this.reason = reason;
  }

  RegisterWrite(String reason) {
    this(Flush.NONE, reason);
  }

  /** Whether nothing was written: the guest gets #GP(0). */
  public boolean isRefused() {
    return reason != null;
  }

  /** Why a write was refused, in words; null if it was not. */
  public String reason() {
    return reason;
  }

  /**
   * What a TLB drops that keeps conclusions from rights and knows no PCIDs. One that keeps raw
   * rights, or has PCIDs, finds what it may keep in the constant itself.
   */
  public Flush flush() {
    return flush;
  }
}
