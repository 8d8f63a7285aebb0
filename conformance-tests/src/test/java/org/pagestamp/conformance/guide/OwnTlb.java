package org.pagestamp.conformance.guide;

/** The TLB that an emulator has already. */
interface OwnTlb {
  /** Drops what is cached: all, or what is not global. */
  void flush(boolean globalToo);

  /**
   * Installs a translation for accesses of this kind and privilege, and for no other.
   *
   * @param access whether user or supervisor; whether read, write (and read) or fetch
   */
  void install(long gva, long pageGpa, int access, boolean global);
}
