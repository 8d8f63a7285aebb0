package org.pagestamp.guest;

import java.util.Locale;

/** What lies at a guest-physical address, as far as the files tell. */
public enum SlotKind {
  /** Writable memory. */
  RAM,
  /** Read-only memory; a flash in array mode is such. */
  ROM,
  /** A device. */
  MMIO,
  /** Neither memory nor a known device. */
  HOLE,
  /** The files do not tell: outside an ELF core or a raw image. */
  UNKNOWN;

  /** The name in files and texts: {@code ram}, {@code rom}, {@code mmio}, ... */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
