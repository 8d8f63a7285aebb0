package org.pagestamp.nested;

import org.pagestamp.stage2.PendingStores;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * What of one nested virtual CPU may change from walk to walk: the guest's registers and the root
 * of stage 2. After a walk it tells what does not fit into the result; after a batch, {@link
 * NestedWalker#walkAll}, all of that is of no walk in particular.
 *
 * <p>Belongs to one thread at a time.
 */
public final class NestedState {
  /** How many walks of a batch are made together: enough to hide the latency of memory. */
  public static final int LANES = 32;

  private static final int LEVELS = 6;

  private final VcpuState guest;
  private final Stage2State stage2;
  private final long[] tableGpas = new long[LEVELS];
  private final long[] lanes = new long[LANES];
  private long guestGpa;
  private long page;
  private long word;
  private PagePacker packer;
  private int tries;

  /** All registers zero; no observer. */
  public NestedState() {
    this(new VcpuState());
  }

  private NestedState(VcpuState guest) {
    this.guest = guest;
    stage2 = new Stage2State(guest.isObserver());
  }

  /** An observer with a copy of another's registers; see {@link VcpuState#observer}. */
  public static NestedState observer(NestedState registers) {
    NestedState observer = new NestedState(VcpuState.observer(registers.guest));
    observer.stage2.copyFrom(registers.stage2);
    return observer;
  }

  /** Whether walks answer as probes do and store nothing; never changes. */
  public boolean isObserver() {
    return guest.isObserver();
  }

  /** The guest's registers; in PAE paging they get CR3 by {@link NestedWalker#loadCr3}. */
  public VcpuState guest() {
    return guest;
  }

  /**
   * The root of stage 2. After a stage-2 fault {@link Stage2State#gpa} is the exact address that
   * could not be translated: of the guest's entry, or of the byte accessed; with {@link
   * NestedOption#PAGE_ALIGNED_FAULTS} that of its frame.
   */
  public Stage2State stage2() {
    return stage2;
  }

  /** After a success: the guest-physical address that the guest's own tables led to. */
  public long guestGpa() {
    return guestGpa;
  }

  /** After a success: how stage 2 translated it, a {@link org.pagestamp.stage2.Stage2Result}. */
  public long page() {
    return packer == null ? page : packer.pack(word, page);
  }

  /** For walkers: notes what the guest's tables led to, and how stage 2 translated it. */
  public void page(long gpa, long result) {
    guestGpa = gpa;
    page = result;
    packer = null;
  }

  /** For walkers: the same where, as {@link #packer} tells, the result is not packed yet. */
  public void page(long gpa, long word, long place) {
    guestGpa = gpa;
    page = place;
    this.word = word;
  }

  /**
   * For walkers: who packs the result if it is asked for. The state holds on to it, and so to its
   * class, until another walker walks.
   */
  public void packer(PagePacker packer) {
    if (this.packer != packer) { // a reference takes longer to store than to compare
      this.packer = packer;
    }
  }

  /**
   * Where the guest has an entry of the last walk of an interpreted walker: the address before
   * stage 2, of which the {@link VcpuState#record} holds the one after. Generated walkers leave
   * both as they are.
   *
   * @param level 1 to 5, one of those that the record has
   */
  public long tableGpa(int level) {
    return tableGpas[level];
  }

  /** For walkers: notes where the guest has an entry. */
  public void tableGpa(int level, long gpa) {
    tableGpas[level] = gpa;
  }

  /** For walkers: starts a walk, whose tries are counted over both dimensions. */
  public void beginTries() {
    tries = 1;
  }

  /** For walkers: whether there may be another try. */
  public boolean mayTryAgain() {
    return tries++ < Walker.MAX_TRIES;
  }

  /** For walkers: no walk has begun a try. */
  public void forgetTries() {
    tries = 0;
  }

  /** For walkers: whether a walk has begun a try since {@link #forgetTries}. */
  public boolean hasTried() {
    return tries != 0;
  }

  /** Scratch space of batches, {@link #LANES} long. */
  public long[] lanes() {
    return lanes;
  }

  /** Scratch space of probes. */
  public PendingStores pending() {
    return stage2.pending();
  }
}
