package org.pagestamp.tlb;

import java.util.HashMap;
import java.util.Map;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.MmuListener;
import org.pagestamp.vcpu.RegisterWrite;
import org.pagestamp.vcpu.Translator;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * A TLB in front of an {@link Mmu}: answers as the Mmu does, from what earlier walks found.
 *
 * <pre>
 * SoftwareTlb tlb = new SoftwareTlb(mmu);
 * long result = tlb.translate(gva, access);
 * mmu.cr3(value);                       // the TLB hears of it
 * tlb.invlpg(gva);                      // INVLPG and INVPCID it has to be told of
 * </pre>
 *
 * <p><b>What a guest can tell.</b> A guest that follows the rules for changing page tables (Intel
 * SDM vol. 3, section 4.10.4) cannot tell the TLB from walking each time, but for this: the A and D
 * bits of a result are those of the walk that filled the entry, and an access that hits sets no A.
 * D is never missed: a write through an entry that is not dirty walks. Faults are not kept, and an
 * access that an entry does not allow walks again before it faults.
 *
 * <p><b>What is flushed when.</b>
 *
 * <ul>
 *   <li>Register writes, by the answer of the Mmu ({@link RegisterWrite}). PCIDs are told apart, so
 *       a switch that keeps translations keeps them here. Dropping what is not global takes the
 *       same few nanoseconds however much there is.
 *   <li>Privilege and EFLAGS.AC, CR0.WP, CR4.SMEP, SMAP, PKE and PKS, PKRU and IA32_PKRS: nothing.
 *       Entries hold the raw rights of the tables, which are judged at each access. A page written
 *       with CR0.WP clear is never writable for users.
 *   <li>{@link #invlpg} and {@link #invpcid}: as the instructions. An address in a large page
 *       stands for all of it.
 *   <li>Changed memory slots: the pages of slots that came or became read-only; all where memory
 *       went away, moved or became writable, since it may have held page tables.
 *   <li>The A20 gate: all.
 * </ul>
 *
 * <p>Global pages are shared by all PCIDs while CR4.PGE is set. LAM and LASS work, by a longer way:
 * a hit takes about twice the time then.
 *
 * <p><b>Listening.</b> The TLB is the Mmu's {@linkplain Mmu#listener listener} from its making on.
 * An emulator that listens itself passes every call on to the TLB.
 *
 * <p><b>Threads.</b> Belongs to the virtual CPU and its thread, as the Mmu does. Nothing here
 * reaches other virtual CPUs: a shootdown is the guest's interprocessor interrupt, whose handler
 * executes INVLPG on each.
 *
 * <p>A hit allocates nothing, takes no lock and reads no guest memory.
 */
public final class SoftwareTlb implements Translator, MmuListener {
  /** Sets of a TLB that is not told otherwise. */
  public static final int DEFAULT_SETS = 2_048;

  /** Ways of a TLB that is not told otherwise. */
  public static final int DEFAULT_WAYS = 1;

  /** The most sets. */
  public static final int MAX_SETS = 1 << 16;

  /** The most ways. */
  public static final int MAX_WAYS = 16;

  /** A guest has few roles; the bound is for one that tries them all. */
  private static final int MOST_RIGHTS = 64;

  private final Mmu mmu;
  private final TlbEntries entries;
  private final AddressSpaces spaces = new AddressSpaces();
  private final Map<HitRights.Key, HitRights> rightsByRole = new HashMap<>();

  // What a lookup reads. Ways beyond the first are not looked at where one word decides.
  private final long[] words;
  private final int indexMask;

  /** The bits of an address that name its page: without the upper half in modes of 32 bits. */
  private long pageMask;

  /**
   * The bits of a tag of which one that differs tells that the page is nowhere in the TLB; none
   * where it could be in another way, or where LAM or LASS come first.
   */
  private long absent;

  /** The current {@linkplain AddressSpaces space}: changes when slots are taken, too. */
  private long space;

  /** {@link HitRights#words}; of none while LAM or LASS is on. */
  private long[] hits;

  // What follows a lookup that failed.
  private final long[] never = HitRights.never();
  private HitRights rights;
  private boolean plain;
  private long walks;
  private long flushes;

  /** A TLB of {@value #DEFAULT_SETS} sets and {@value #DEFAULT_WAYS} ways. */
  public SoftwareTlb(Mmu mmu) {
    this(mmu, DEFAULT_SETS, DEFAULT_WAYS);
  }

  /**
   * A TLB of a size of its own. A hit in the way of a set that was used last is the fastest; so
   * more sets make hits faster, more ways make misses fewer. An entry takes 16 bytes.
   *
   * @param sets a power of two, 1 to {@value #MAX_SETS}
   * @param ways 1 to {@value #MAX_WAYS}; 1 for a direct-mapped TLB
   * @throws IllegalArgumentException if a number is not such
   */
  public SoftwareTlb(Mmu mmu, int sets, int ways) {
    if (Integer.bitCount(sets) != 1 || sets < 1 || sets > MAX_SETS) {
      throw new IllegalArgumentException(
          sets + " sets: there can be a power of two up to " + MAX_SETS);
    }
    if (ways < 1 || ways > MAX_WAYS) {
      throw new IllegalArgumentException(ways + " ways: there can be 1 to " + MAX_WAYS);
    }
    this.mmu = mmu;
    entries = new TlbEntries(sets, ways);
    words = entries.words();
    indexMask = entries.indexMask();
    enter(mmu.pcid());
    derive();
    mmu.listener(this);
  }

  @Override
  public long translate(long gva, int access) {
    int first = first(gva);
    if (words[first] != tag(gva)) {
      return missed(gva, access);
    }
    long result = words[first + 1];
    return access >= 0
            && access < hits.length
            && HitRights.unfit(result, hits[access]) == 0
            && mmu.isCurrent()
        ? result
        : lookFurther(gva, access);
  }

  /**
   * Fills the only entry that a page can have, if another page has it. A method of its own, so that
   * the JIT leaves the walk out of loops that hit.
   *
   * <p>A walk at once takes no slots, so the tag from before it still holds. All that is rarer is
   * called last, so that no value has to outlive the call.
   */
  private long missed(long gva, int access) {
    long[] kept = words;
    int first = first(gva);
    long tag = tag(gva);
    if (((kept[first] ^ tag) & absent) == 0) {
      return lookFurther(gva, access);
    }
    walks++;
    long result = mmu.walkAtOnce(gva, access);
    if (!TlbEntries.isSmall(result)) {
      return missedOtherwise(gva, access, result);
    }
    kept[first] = tag;
    kept[first + 1] = result;
    return result;
  }

  /** What is not filled so easily: a large page, a fault, or 0 where there was no walk yet. */
  private long missedOtherwise(long gva, int access, long atOnce) {
    long result = atOnce != 0 ? atOnce : mmu.translate(gva, access);
    return walked(gva & pageMask, TlbEntries.NONE, result);
  }

  private long tag(long gva) {
    return (gva & pageMask) | space;
  }

  private int first(long gva) {
    return TlbEntries.index(gva) & indexMask;
  }

  /** With LAM or LASS, other ways, global pages of other spaces, and rights that take judging. */
  private long lookFurther(long gva, int access) {
    if (plain) {
      return lookFurther(gva, access, gva & pageMask);
    }
    long address = mmu.linearAddress(gva, access);
    if (mmu.violatesLass(address, access)) {
      walks++;
      return mmu.translate(gva, access);
    }
    return lookFurther(gva, access, address & pageMask);
  }

  private long lookFurther(long gva, int access, long page) {
    int entry = entries.find(page, space);
    return entry == TlbEntries.NONE
        ? walk(gva, access, page, entry)
        : judged(gva, access, page, entry);
  }

  private long judged(long gva, int access, long page, int entry) {
    Access.check(access);
    mmu.takeSlots();
    long result = entries.result(entry);
    if (result == 0 || !rights.allow(result, access, mmu.pkru(), mmu.pkrs())) {
      return walk(gva, access, page, entry);
    }
    entries.use(entry, page, space);
    return (access & Access.WRITE) != 0 ? result : result & ~WalkResult.CLEAN_WRITE;
  }

  private long walk(long gva, int access, long page, int entry) {
    walks++;
    return walked(page, entry, mmu.translate(gva, access));
  }

  private long walked(long page, int entry, long result) {
    if ((result & WalkResult.SUCCESS) != 0) {
      entries.put(entry, page, space, result);
      return result;
    }
    return faulted(result, page);
  }

  /** As page faults do: SDM vol. 3, section 4.10.4.1. */
  private long faulted(long fault, long page) {
    entries.dropPage(page, space, true);
    return fault;
  }

  // Instructions of the guest

  /**
   * INVLPG: drops what translates an address under the current PCID, and global translations. No
   * effect, as the instruction, for an address that is not canonical.
   *
   * @param gva the instruction's operand as it is: it has no tag
   * @throws WrongThreadException if the Mmu belongs to another thread
   */
  public void invlpg(long gva) {
    mmu.takeSlots();
    entries.drop(gva & pageMask, space, true);
  }

  /**
   * INVPCID.
   *
   * @param type 0 for an address of a PCID, 1 for a PCID, 2 for everything, 3 for everything but
   *     global pages; 0 and 1 keep global pages
   * @param descriptor the low half of the descriptor: the PCID
   * @param gva the high half: the address for type 0
   * @return false if the operands are impossible: the guest gets #GP(0), and nothing is dropped
   * @throws WrongThreadException if the Mmu belongs to another thread
   */
  public boolean invpcid(long type, long descriptor, long gva) {
    mmu.takeSlots();
    boolean ofOnePcid = type == 0 || type == 1;
    boolean pcids = (mmu.cr4() & ControlBits.CR4_PCIDE) != 0;
    if (type < 0
        || type > 3
        || (descriptor & ~ControlBits.CR3_PCID) != 0
        || (ofOnePcid && !pcids && descriptor != 0)
        || (type == 0 && !mmu.role().mode().isCanonical(gva))) {
      return false;
    }
    int pcid = (int) descriptor;
    switch ((int) type) {
      case 0 -> {
        int of = spaces.of(pcid);
        if (of != AddressSpaces.NONE) {
          entries.drop(gva & pageMask, of, false);
        }
      }
      case 1 -> dropPcid(pcid);
      case 2 -> dropAll();
      default -> dropNonGlobal();
    }
    return true;
  }

  // What the Mmu tells

  @Override
  public void registerWritten(RegisterWrite write) {
    switch (write) {
      case PCID_SWITCHED -> enter(mmu.pcid());
      case PCID_LOADED -> dropPcid(mmu.pcid());
      case FLUSH_NON_GLOBAL -> dropNonGlobal();
      case FLUSH_ALL -> dropAll();
      default -> {} // rights only: entries hold those of the tables
    }
    derive();
  }

  @Override
  public void layoutChanged(SlotLayout before, SlotLayout after) {
    LayoutChange change = new LayoutChange(before, after);
    if (change.dropsAll()) {
      dropAll();
    } else {
      entries.drop(change);
    }
  }

  @Override
  public void a20Changed() {
    dropAll();
  }

  private void dropAll() {
    flushes++;
    entries.clear();
    spaces.dropAll();
    enter(mmu.pcid());
  }

  private void dropNonGlobal() {
    flushes++;
    spaces.dropAll();
    enter(mmu.pcid());
  }

  private void dropPcid(int pcid) {
    flushes++;
    spaces.drop(pcid);
    enter(mmu.pcid());
  }

  private void enter(int pcid) {
    int of = spaces.of(pcid);
    if (of == AddressSpaces.NONE) {
      if (spaces.isUsedUp()) {
        entries.dropNonGlobal();
        spaces.restart();
      }
      of = spaces.renew(pcid);
    }
    space = of;
  }

  /** Keeps at hand what lookups need of the registers. */
  private void derive() {
    Role role = mmu.role();
    PagingMode mode = role.mode();
    pageMask = mode.truncate(-AddressSpaces.LIMIT);
    entries.configure(mode, (mmu.cr4() & ControlBits.CR4_PGE) != 0);
    if (rights == null || !rights.isFor(role, mmu.pkru(), mmu.pkrs())) {
      rights = rightsOf(HitRights.Key.of(role, mmu.pkru(), mmu.pkrs()));
    }
    plain = mmu.usesPlainAddresses();
    hits = plain ? rights.words() : never;
    absent = plain && entries.haveOneWay() ? -AddressSpaces.LIMIT : 0;
  }

  private HitRights rightsOf(HitRights.Key key) {
    HitRights known = rightsByRole.get(key);
    if (known == null) {
      if (rightsByRole.size() == MOST_RIGHTS) {
        rightsByRole.clear();
      }
      known = new HitRights(key);
      rightsByRole.put(key, known);
    }
    return known;
  }

  // Counts

  /**
   * How many translations were the Mmu's: walks, and faults before any table is read. All others
   * were hits, which are not counted, as it would make them slower.
   */
  public long walks() {
    return walks;
  }

  /** How often more was dropped at once than one page. */
  public long flushes() {
    return flushes;
  }
}
