package org.pagestamp.mode;

/**
 * What CPUID says that changes a walk.
 *
 * @param maxPhyAddr MAXPHYADDR, the physical-address width in bits, 32 to 52
 * @param oneGigPages whether 1-GiB pages exist (CPUID 80000001h EDX[26])
 * @param amd whether bit 8 of PML4E and PML5E is reserved, as on AMD processors
 */
public record CpuFeatures(int maxPhyAddr, boolean oneGigPages, boolean amd) {
  /** The narrowest physical-address width. */
  public static final int MIN_PHY_ADDR = 32;

  /** The widest physical-address width. */
  public static final int MAX_PHY_ADDR = 52;

  private static final int EBX_AUTH = 0x6874_7541; // "Auth" of "AuthenticAMD"
  private static final int EBX_HYGO = 0x6F67_7948; // "Hygo" of "HygonGenuine"

  /**
   * Checks the width.
   *
   * @throws IllegalArgumentException if {@code maxPhyAddr} is not 32 to 52
   */
  public CpuFeatures {
    requireWidth(maxPhyAddr);
  }

  /**
   * Checks a physical-address width.
   *
   * @throws IllegalArgumentException if {@code maxPhyAddr} is not 32 to 52
   */
  public static void requireWidth(int maxPhyAddr) {
    if (maxPhyAddr < MIN_PHY_ADDR || maxPhyAddr > MAX_PHY_ADDR) {
      throw new IllegalArgumentException(
          "MAXPHYADDR " + maxPhyAddr + " is outside " + MIN_PHY_ADDR + ".." + MAX_PHY_ADDR);
    }
  }

  /** An Intel CPU with 1-GiB pages. */
  public static CpuFeatures intel(int maxPhyAddr) {
    return new CpuFeatures(maxPhyAddr, true, false);
  }

  /**
   * Reads the features from CPUID results.
   *
   * @param leaf0Ebx EBX of leaf 0: the first four letters of the vendor's name
   * @param leaf80000001Edx EDX of leaf 80000001h: bit 26 tells of 1-GiB pages
   * @param leaf80000008Eax EAX of leaf 80000008h: bits 7:0 are MAXPHYADDR
   */
  public static CpuFeatures fromCpuid(int leaf0Ebx, int leaf80000001Edx, int leaf80000008Eax) {
    return new CpuFeatures(
        leaf80000008Eax & 0xFF,
        (leaf80000001Edx & 1 << 26) != 0,
        leaf0Ebx == EBX_AUTH || leaf0Ebx == EBX_HYGO);
  }
}
