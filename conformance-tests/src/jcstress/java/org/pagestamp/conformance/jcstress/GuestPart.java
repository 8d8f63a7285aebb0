package org.pagestamp.conformance.jcstress;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;

/**
 * What a state of a test has to itself: a directory entry, two tables of which the first is in use,
 * and in each table the leaf of a page and its neighbour. The first table's leaf maps the old page,
 * the second's the new one.
 */
class GuestPart {
  /** The rights of every entry. */
  static final long RIGHTS = EntryBits.P | EntryBits.W | EntryBits.U;

  /** A bit of the second byte that processors ignore. */
  private static final long SOFTWARE = 1L << 9;

  private static final long AD = EntryBits.A | EntryBits.D;
  private static final int WRITE = Access.WRITE | Access.USER;
  private static final int READ = Access.USER;
  private static final long PAGE = 0x1000;

  private static final long SMALL_IN_NO_SLOT = WalkResult.levelBits(1) | WalkResult.NO_SLOT;
  private static final long NOT_PRESENT = WalkResult.fault(FaultReason.NOT_PRESENT, WRITE, 1);
  private static final long PERMISSION =
      WalkResult.fault(FaultReason.PERMISSION, WRITE | PageFaultCode.P, 1);

  private static final String[] OLD = withFlags("old");
  private static final String[] NEW = withFlags("new");
  private static final String[] FIRST_TABLE = withFlags("first table");
  private static final String[] SECOND_TABLE = withFlags("second table");

  private final StressGuest guest;
  private final long turn;
  private final long directoryGpa;
  private final long leafGpa;
  private final long neighbourGpa;
  private final long secondLeafGpa;
  private final long gva;
  private final VcpuState vcpu;
  private final VcpuState otherVcpu;

  /** All A and D are clear. */
  GuestPart(StressGuest guest) {
    this(guest, 0);
  }

  /**
   * Some bits are set already.
   *
   * @param set A, or A and D, to be set in leaves, and A in the directory entry
   */
  GuestPart(StressGuest guest, long set) {
    this.guest = guest;
    turn = guest.nextTurn();
    directoryGpa = guest.directoryGpa(turn);
    leafGpa = guest.firstTable(turn) + guest.leafOffset(turn);
    neighbourGpa = leafGpa + guest.entryBytes();
    secondLeafGpa = leafGpa + PAGE;
    gva = guest.gva(turn);
    vcpu = guest.vcpu();
    otherVcpu = guest.vcpu();
    setDirectory(table(0) | (set & EntryBits.A));
    setLeaf(oldPage() | set);
    guest.write(neighbourGpa, newPage() | set);
    setSecondLeaf(newPage() | set);
  }

  private static String[] withFlags(String name) {
    String[] names = new String[8];
    for (int flags = 0; flags < names.length; flags++) {
      names[flags] =
          name
              + ((flags & 1) != 0 ? " A" : "")
              + ((flags & 2) != 0 ? " D" : "")
              + ((flags & 4) != 0 ? " read-only" : "");
    }
    return names;
  }

  private static String withFlags(String[] names, long word) {
    return names[(int) (word >>> 5 & 3) | ((word & EntryBits.W) == 0 ? 4 : 0)];
  }

  // Entries that the guest writes.

  /** The leaf of the old page, which differs from the new one in both halves. */
  final long oldPage() {
    return (guest.isWide() ? 0x1111_1111_1000L : 0x1111_1000L) | RIGHTS;
  }

  final long newPage() {
    return (guest.isWide() ? 0x2222_2222_2000L : 0x2222_2000L) | RIGHTS;
  }

  /** Not present, all other bits set: what a guest keeps of a page that it has swapped out. */
  final long swapped() {
    return guest.isWide() ? -2L : 0xFFFF_FFFEL;
  }

  /** What points to a table, 0 or 1. */
  final long table(int number) {
    return (guest.firstTable(turn) + number * PAGE) | RIGHTS;
  }

  // The virtual CPUs. All accesses are a user's.

  /** A write to the page. */
  final long write() {
    return guest.walker().walk(vcpu, gva, WRITE);
  }

  /** A read of the page. */
  final long read() {
    return guest.walker().walk(vcpu, gva, READ);
  }

  /** A read of the page by another virtual CPU. */
  final long readElsewhere() {
    return guest.walker().walk(otherVcpu, gva, READ);
  }

  /** A read of the page next to it by another virtual CPU. */
  final long readNeighbour() {
    return guest.walker().walk(otherVcpu, gva + PAGE, READ);
  }

  /** A probe for a write to the page. */
  final long probe() {
    return guest.walker().probe(vcpu, gva, WRITE);
  }

  // The guest's stores to its tables.

  final void setDirectory(long entry) {
    guest.write(directoryGpa, entry);
  }

  final void setLeaf(long entry) {
    guest.write(leafGpa, entry);
  }

  final long exchangeLeaf(long entry) {
    return guest.exchange(leafGpa, entry);
  }

  /** Clears bits of the leaf; returns it as it was. */
  final long clearInLeaf(long bits) {
    return guest.and(leafGpa, ~bits);
  }

  /** A store through the slot. */
  final void storeLeaf(long entry) {
    guest.store(leafGpa, entry);
  }

  /** Sets a bit that processors ignore by LOCK CMPXCHG of 1, 2, 4 or 8 bytes, each in its turn. */
  final void setSoftwareBit() {
    int size = 1 << (turn & 3);
    int bit = Long.numberOfTrailingZeros(SOFTWARE);
    int skipped = size == 1 ? bit / Byte.SIZE : 0;
    guest.setByExchange(leafGpa + skipped, size, SOFTWARE >>> (Byte.SIZE * skipped));
  }

  final long exchangeNeighbour(long entry) {
    return guest.exchange(neighbourGpa, entry);
  }

  final void setSecondLeaf(long entry) {
    guest.write(secondLeafGpa, entry);
  }

  // Dirty pages: the first table's page, which walks write to, and the second's.

  /** A device writes into the second table's page, beside the leaf. */
  final void writeBesideSecondLeaf() {
    guest.writeByte(secondLeafGpa + guest.entryBytes());
  }

  /** Takes the log; if the first table's page was in it, reads the leaf, and otherwise gives -1. */
  final long takeLog() {
    return guest.takeLog(leafGpa);
  }

  final boolean isTableLogged() {
    guest.requireOwner(turn);
    return guest.isLogged(leafGpa);
  }

  final boolean isSecondTableLogged() {
    return guest.isLogged(secondLeafGpa);
  }

  // What is there, in words.

  final String leaf() {
    return entry(guest.read(leafGpa));
  }

  final String leafWithoutSoftwareBit() {
    return entry(guest.read(leafGpa) & ~SOFTWARE);
  }

  final String softwareBit() {
    return (guest.read(leafGpa) & SOFTWARE) != 0 ? "software bit" : "no software bit";
  }

  final String neighbour() {
    return entry(guest.read(neighbourGpa));
  }

  final String secondLeaf() {
    return entry(guest.read(secondLeafGpa));
  }

  final String directory() {
    return entry(guest.read(directoryGpa));
  }

  /** An entry: what it maps or points to, A, D, and whether W is clear. */
  final String entry(long entry) {
    guest.requireOwner(turn);
    long rest = (entry | EntryBits.W) & ~AD;
    if (rest == oldPage()) {
      return withFlags(OLD, entry);
    }
    if (rest == newPage()) {
      return withFlags(NEW, entry);
    }
    if (rest == table(0)) {
      return withFlags(FIRST_TABLE, entry);
    }
    if (rest == table(1)) {
      return withFlags(SECOND_TABLE, entry);
    }
    return entry == swapped() ? "swapped" : "torn: 0x" + Long.toHexString(entry);
  }

  /** The answer of a walk: the page, A, D, and whether it is read-only; or the fault. */
  final String answer(long result) {
    guest.requireOwner(turn);
    if (result == NOT_PRESENT) {
      return "no page";
    }
    if (result == PERMISSION) {
      return "forbidden";
    }
    long rest = (result | EntryBits.W) & ~AD;
    if (rest == (oldPage() | SMALL_IN_NO_SLOT)) {
      return withFlags(OLD, result);
    }
    if (rest == (newPage() | SMALL_IN_NO_SLOT)) {
      return withFlags(NEW, result);
    }
    return "unexplained: " + WalkResult.toString(result);
  }
}
