package org.pagestamp.tlb;

import java.util.Arrays;

/**
 * Stands in for PCIDs in tags. Each PCID has a space, a number of 12 bits; what belongs to a PCID
 * is dropped at once by giving the PCID another space, since no lookup asks for the old one again.
 * When the numbers are used up, the TLB drops what is not global and they start over.
 */
final class AddressSpaces {
  /** How many spaces there are, as many as there are PCIDs. */
  static final int LIMIT = 1 << 12;

  /** No space. */
  static final int NONE = -1;

  /** By PCID: its space plus one; not above {@link #dropped} if it has none. */
  private final int[] spaces = new int[LIMIT];

  private int issued;
  private int dropped;

  /** The space of a PCID, or {@link #NONE}: nothing is kept for it. */
  int of(int pcid) {
    int space = spaces[pcid];
    return space > dropped ? space - 1 : NONE;
  }

  /** Whether there is no unused space. */
  boolean isUsedUp() {
    return issued == LIMIT;
  }

  /** Gives a PCID an unused space. */
  int renew(int pcid) {
    spaces[pcid] = ++issued;
    return issued - 1;
  }

  /** Takes a PCID's space away. */
  void drop(int pcid) {
    spaces[pcid] = 0;
  }

  /** Takes the spaces of all PCIDs away. */
  void dropAll() {
    dropped = issued;
  }

  /** Starts over, with all spaces unused. */
  void restart() {
    Arrays.fill(spaces, 0);
    issued = 0;
    dropped = 0;
  }
}
