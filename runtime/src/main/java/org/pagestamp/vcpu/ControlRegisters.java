package org.pagestamp.vcpu;

import static org.pagestamp.mode.ControlBits.CR0_CD;
import static org.pagestamp.mode.ControlBits.CR0_ET;
import static org.pagestamp.mode.ControlBits.CR0_NW;
import static org.pagestamp.mode.ControlBits.CR0_PE;
import static org.pagestamp.mode.ControlBits.CR0_PG;
import static org.pagestamp.mode.ControlBits.CR0_WP;
import static org.pagestamp.mode.ControlBits.CR3_LAM_U48;
import static org.pagestamp.mode.ControlBits.CR3_LAM_U57;
import static org.pagestamp.mode.ControlBits.CR3_NO_FLUSH;
import static org.pagestamp.mode.ControlBits.CR3_PCID;
import static org.pagestamp.mode.ControlBits.CR4_LA57;
import static org.pagestamp.mode.ControlBits.CR4_LAM_SUP;
import static org.pagestamp.mode.ControlBits.CR4_LASS;
import static org.pagestamp.mode.ControlBits.CR4_PAE;
import static org.pagestamp.mode.ControlBits.CR4_PCIDE;
import static org.pagestamp.mode.ControlBits.CR4_PGE;
import static org.pagestamp.mode.ControlBits.CR4_PKE;
import static org.pagestamp.mode.ControlBits.CR4_PKS;
import static org.pagestamp.mode.ControlBits.CR4_PSE;
import static org.pagestamp.mode.ControlBits.CR4_SMAP;
import static org.pagestamp.mode.ControlBits.CR4_SMEP;
import static org.pagestamp.mode.ControlBits.EFER_LMA;
import static org.pagestamp.mode.ControlBits.EFER_LME;
import static org.pagestamp.mode.ControlBits.EFER_NXE;

import java.util.Set;

/**
 * CR0, CR3, CR4 and EFER with the rules for writing them: what is refused, what a write does to
 * cached translations, which writes load the PDPTEs. Immutable.
 *
 * <p>Source: as {@link RegisterWrite}.
 */
record ControlRegisters(long cr0, long cr3, long cr4, long efer) {
  /** After power-up; Intel SDM vol. 3, section 10.1.1. */
  static final ControlRegisters POWER_UP = new ControlRegisters(CR0_CD | CR0_NW | CR0_ET, 0, 0, 0);

  /** The bits of CR0 that exist: PE, MP, EM, TS, ET, NE, WP, AM, NW, CD, PG. */
  private static final long CR0_BITS = 0xE005_003FL;

  private static final long LOW_HALF = 0xFFFF_FFFFL;

  /** With paging on, a change of these makes cached entries mean something else. */
  private static final long CR4_STRUCTURE = CR4_PSE | CR4_PAE | CR4_PGE;

  private static final long CR4_RIGHTS =
      CR4_SMEP | CR4_SMAP | CR4_PKE | CR4_PKS | CR4_LASS | CR4_LAM_SUP;

  /** A change of one of these loads the PDPTEs (Intel SDM vol. 3, section 4.4.1). */
  private static final long CR0_LOADS_PDPTES = CR0_PG | CR0_CD | CR0_NW;

  private static final long CR4_LOADS_PDPTES = CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP;

  boolean paging() {
    return (cr0 & CR0_PG) != 0;
  }

  boolean longMode() {
    return (efer & EFER_LMA) != 0;
  }

  boolean paePaging() {
    return paging() && (cr4 & CR4_PAE) != 0 && !longMode();
  }

  private boolean pcide() {
    return (cr4 & CR4_PCIDE) != 0;
  }

  int pcid() {
    return pcide() ? (int) (cr3 & CR3_PCID) : 0;
  }

  /** With CR0 as the CPU would set it for this value; LMA follows PG. */
  ControlRegisters withCr0(long value) {
    long written = (value & CR0_BITS) | CR0_ET;
    boolean lma = (written & CR0_PG) != 0 && (efer & EFER_LME) != 0;
    return new ControlRegisters(written, cr3, cr4, lma ? efer | EFER_LMA : efer & ~EFER_LMA);
  }

  /** Outside long mode CR3 has 32 bits; with PCIDs bit 63 is a request and not stored. */
  ControlRegisters withCr3(long value) {
    long written = !longMode() ? value & LOW_HALF : pcide() ? value & ~CR3_NO_FLUSH : value;
    return new ControlRegisters(cr0, written, cr4, efer);
  }

  ControlRegisters withCr4(long value) {
    return new ControlRegisters(cr0, cr3, value, efer);
  }

  /** LMA is the CPU's own. */
  ControlRegisters withEfer(long value) {
    return new ControlRegisters(cr0, cr3, cr4, (value & ~EFER_LMA) | (efer & EFER_LMA));
  }

  /** Why MOV to CR0 is refused, or null. */
  RegisterWrite refuseCr0(long value) {
    if (value >>> 32 != 0) {
      return RegisterWrite.CR0_RESERVED_BIT;
    }
    if ((value & (CR0_NW | CR0_CD)) == CR0_NW) {
      return RegisterWrite.NW_WITHOUT_CD;
    }
    if ((value & (CR0_PG | CR0_PE)) == CR0_PG) {
      return RegisterWrite.PG_WITHOUT_PE;
    }
    boolean on = (value & CR0_PG) != 0;
    if (on && (efer & EFER_LME) != 0 && (cr4 & CR4_PAE) == 0) {
      return RegisterWrite.LONG_MODE_WITHOUT_PAE;
    }
    return !on && pcide() ? RegisterWrite.PCIDE_WITHOUT_PAGING : null;
  }

  /** Why MOV to CR3 is refused, or null. */
  RegisterWrite refuseCr3(long value, int maxPhyAddr, Set<PagingFeature> features) {
    if (!longMode()) {
      return null;
    }
    long allowed = (1L << maxPhyAddr) - 1;
    if (pcide()) {
      allowed |= CR3_NO_FLUSH;
    }
    if (features.contains(PagingFeature.LAM)) {
      allowed |= CR3_LAM_U48 | CR3_LAM_U57;
    }
    return (value & ~allowed) != 0 ? RegisterWrite.CR3_RESERVED_BIT : null;
  }

  /** Why MOV to CR4 is refused, or null. */
  RegisterWrite refuseCr4(long value, Set<PagingFeature> features) {
    for (PagingFeature feature : PagingFeature.values()) {
      if ((value & feature.cr4Bit()) != 0 && !features.contains(feature)) {
        return RegisterWrite.CR4_RESERVED_BIT;
      }
    }
    if (longMode() && (value & CR4_PAE) == 0) {
      return RegisterWrite.LONG_MODE_WITHOUT_PAE;
    }
    if (longMode() && ((value ^ cr4) & CR4_LA57) != 0) {
      return RegisterWrite.LA57_IN_LONG_MODE;
    }
    if ((value & ~cr4 & CR4_PCIDE) != 0) {
      if (!longMode()) {
        return RegisterWrite.PCIDE_OUTSIDE_LONG_MODE;
      }
      if ((cr3 & CR3_PCID) != 0) {
        return RegisterWrite.PCIDE_WITH_CR3_PCID;
      }
    }
    return null;
  }

  /** Why WRMSR to EFER is refused, or null. */
  RegisterWrite refuseEfer(long value, Set<PagingFeature> features) {
    if ((value & EFER_NXE) != 0 && !features.contains(PagingFeature.NX)) {
      return RegisterWrite.EFER_RESERVED_BIT;
    }
    return paging() && ((value ^ efer) & EFER_LME) != 0 ? RegisterWrite.LME_WHILE_PAGING : null;
  }

  /**
   * Why a CPU cannot have these values together, or null; beyond what {@link
   * org.pagestamp.mode.Role#fromRegisters} refuses.
   */
  RegisterWrite impossible(int maxPhyAddr, Set<PagingFeature> features) {
    ControlRegisters withoutPcide = withCr4(cr4 & ~CR4_PCIDE);
    RegisterWrite refusal = withoutPcide.refuseCr0(cr0);
    if (refusal == null) {
      refusal = withoutPcide.refuseCr4(withoutPcide.cr4, features);
    }
    if (refusal == null && pcide()) {
      boolean possible = longMode() && features.contains(PagingFeature.PCID);
      refusal = possible ? null : RegisterWrite.PCIDE_OUTSIDE_LONG_MODE;
    }
    if (refusal == null) {
      refusal = withoutPcide.refuseCr3(cr3, maxPhyAddr, features);
    }
    return refusal == null && (efer & EFER_NXE) != 0 ? refuseEfer(efer, features) : refusal;
  }

  /** Whether the write that led from {@code before} to this loads the PDPTEs. */
  boolean loadsPdptes(ControlRegisters before) {
    return paePaging()
        && (((cr0 ^ before.cr0) & CR0_LOADS_PDPTES) != 0
            || ((cr4 ^ before.cr4) & CR4_LOADS_PDPTES) != 0);
  }

  /** What a write of CR0, CR4 or EFER that led from {@code before} to this calls for. */
  RegisterWrite effect(ControlRegisters before) {
    if (paging() != before.paging()) {
      return RegisterWrite.FLUSH_ALL;
    }
    if (!paging()) {
      return RegisterWrite.DONE;
    }
    long cr0Changes = cr0 ^ before.cr0;
    long cr4Changes = cr4 ^ before.cr4;
    boolean pcidsEnd = before.pcide() && !pcide();
    if ((cr4Changes & CR4_STRUCTURE) != 0 || pcidsEnd || ((efer ^ before.efer) & EFER_NXE) != 0) {
      return RegisterWrite.FLUSH_ALL;
    }
    if (loadsPdptes(before)) {
      return RegisterWrite.FLUSH_NON_GLOBAL;
    }
    return (cr0Changes & CR0_WP) != 0 || (cr4Changes & CR4_RIGHTS) != 0
        ? RegisterWrite.RIGHTS_CHANGED
        : RegisterWrite.DONE;
  }

  /** What a write of {@code value} to CR3, which is not refused, calls for. */
  RegisterWrite cr3Effect(long value) {
    if (!paging()) {
      return RegisterWrite.DONE;
    }
    if (!pcide()) {
      return RegisterWrite.FLUSH_NON_GLOBAL;
    }
    return value < 0 ? RegisterWrite.PCID_SWITCHED : RegisterWrite.PCID_LOADED;
  }
}
