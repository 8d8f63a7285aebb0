package org.pagestamp.tlb;

import java.util.Arrays;

/**
 * Stands in for PCIDs in tags. Each PCID has a space, a number of 12 bits; what belongs to a PCID
 * is dropped at once by giving the PCID another space, since no lookup asks for the old one again.
 * When the numbers of a turn are used up, the TLB drops what is not global, and the next turn
 * begins.
 *
 * <p>A turn has one half of the numbers, the next one the other. So an entry that is written with a
 * number just dropped, as by a walk that made the TLB drop everything, serves no PCID as its own.
 */
final class AddressSpaces {
  /** Spaces are below this, and PCIDs. */
  static final int LIMIT = 1 << 12;

  /** Spaces of a turn; more PCIDs than that share a TLB, but do not keep their pages for long. */
  private static final int TURN = LIMIT / 2;

  /** No space. */
  static final int NONE = -1;

  /** By PCID: its space plus one; not above {@link #dropped} if it has none. */
  private final int[] spaces = new int[LIMIT];

  private int turnStart;
  private int issued;
  private int dropped;

  /** The space of a PCID, or {@link #NONE}: nothing is kept for it. */
  int of(int pcid) {
    int space = spaces[pcid];
    return space > dropped ? space - 1 : NONE;
  }

  /** Whether there is no unused space in this turn. */
  boolean isUsedUp() {
    return issued == turnStart + TURN;
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

  /** Begins another turn, with all of its spaces unused. */
  void nextTurn() {
    Arrays.fill(spaces, 0);
    turnStart = TURN - turnStart;
    issued = turnStart;
    dropped = turnStart;
  }
}
