package org.pagestamp.slot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The memory slots of a guest at one instant: disjoint, sorted by base, immutable. What no slot
 * covers is a hole (MMIO).
 *
 * <p>A change of slots is a new layout; a walk uses one layout from start to end. Two layouts are
 * equal if their slots and update modes are; the hash code is computed once. Safe for use by
 * several threads.
 */
public final class SlotLayout {
  /** The number of slots that KVM gives to users on x86. */
  public static final int MAX_SLOTS = 32_764;

  private final List<MemSlot> slots;
  private final UpdateMode updateMode;
  private final MemSlot[] sorted;
  private final long[] bases;
  private final int atomicBytes;
  private final int hash;

  private SlotLayout(List<MemSlot> slots, UpdateMode updateMode) {
    this.slots = List.copyOf(slots);
    this.updateMode = updateMode;
    this.sorted = slots.toArray(MemSlot[]::new);
    this.bases = new long[sorted.length];
    int least = Long.BYTES;
    for (int i = 0; i < sorted.length; i++) {
      bases[i] = sorted[i].baseGfn();
      least = Math.min(least, sorted[i].atomicBytes());
    }
    this.atomicBytes = least;
    this.hash = Arrays.hashCode(sorted);
  }

  /** A builder with {@link UpdateMode#ATOMIC} and no slot. */
  public static Builder builder() {
    return new Builder();
  }

  /** All slots, lowest base first; unmodifiable. */
  public List<MemSlot> slots() {
    return slots;
  }

  /** How walks write accessed and dirty bits. */
  public UpdateMode updateMode() {
    return updateMode;
  }

  /**
   * The slot that holds a guest frame, as KVM's {@code gfn_to_memslot}.
   *
   * @return the slot's index in {@link #slots()}, or -1 for a hole
   */
  public int indexOf(long gfn) {
    int low = 0;
    int high = bases.length;
    while (high - low > 1) { // the slot is in [low, high), if there is one
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(bases[middle], gfn) <= 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low < high && sorted[low].contains(gfn) ? low : -1;
  }

  /** The slot that holds a guest frame, or null for a hole. */
  public MemSlot find(long gfn) {
    int index = indexOf(gfn);
    return index < 0 ? null : sorted[index];
  }

  /**
   * Checks that page-table entries of this size can be updated in every writable slot as the {@link
   * #updateMode()} demands. Walkers call it when they are made.
   *
   * @param entryBytes 4 or 8; 0 (no paging) always passes
   * @throws IllegalArgumentException if a slot cannot, with the reason
   */
  public void requireUpdatable(int entryBytes) {
    if (entryBytes <= atomicBytes) {
      return;
    }
    for (MemSlot slot : slots) {
      SlotRules.requireUpdatable(slot, entryBytes, updateMode);
    }
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof SlotLayout that
            && hash == that.hash
            && updateMode == that.updateMode
            && slots.equals(that.slots));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** All slots, comma-separated. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (MemSlot slot : slots) {
      text.append(text.isEmpty() ? "" : ", ").append(slot);
    }
    return text.toString();
  }

  /**
   * Collects slots: each is checked as it is added, all together in {@link #build}. Not safe for
   * use by several threads.
   */
  public static final class Builder {
    private final List<MemSlot> slots = new ArrayList<>();
    private UpdateMode updateMode = UpdateMode.ATOMIC;

    private Builder() {}

    /** Chooses how walks write accessed and dirty bits; {@link UpdateMode#ATOMIC} by default. */
    public Builder updateMode(UpdateMode mode) {
      this.updateMode = mode;
      return this;
    }

    /** Adds writable memory that fills all of {@code backing}, which must know its size. */
    public Builder ram(long baseGpa, Backing backing) {
      return slot(baseGpa, sizeOf(backing), EnumSet.noneOf(SlotFlag.class), backing);
    }

    /** Adds read-only memory that fills all of {@code backing}, which must know its size. */
    public Builder rom(long baseGpa, Backing backing) {
      return slot(baseGpa, sizeOf(backing), EnumSet.of(SlotFlag.READONLY), backing);
    }

    private static long sizeOf(Backing backing) {
      if (backing instanceof AccessorBacking) {
        throw new IllegalArgumentException(
            "an accessor does not tell its size: use slot(baseGpa, byteSize, flags, backing)");
      }
      return backing.byteSize();
    }

    /**
     * Adds a slot.
     *
     * @param baseGpa first guest-physical address, a multiple of 4,096
     * @param byteSize a positive multiple of 4,096; the slot must end at or below 2^52
     * @throws IllegalArgumentException if the range is not such or is larger than its backing
     */
    public Builder slot(long baseGpa, long byteSize, Set<SlotFlag> flags, Backing backing) {
      slots.add(MemSlot.checked(baseGpa, byteSize, flags, backing));
      return this;
    }

    /**
     * Adds a slot of another layout, with its dirty log, so that layouts can follow one another.
     */
    public Builder slot(MemSlot slot) {
      slots.add(slot);
      return this;
    }

    /**
     * The layout of all slots added so far.
     *
     * @throws IllegalArgumentException if two slots overlap, if there are more than {@link
     *     #MAX_SLOTS}, or if a writable slot's backing can never update an entry as the update mode
     *     demands
     */
    public SlotLayout build() {
      List<MemSlot> sorted = new ArrayList<>(slots);
      sorted.sort(Comparator.comparingLong(MemSlot::baseGfn));
      SlotRules.requireDisjoint(sorted);
      if (sorted.size() > MAX_SLOTS) {
        throw new IllegalArgumentException(
            sorted.size() + " slots: there can be " + MAX_SLOTS + " at most");
      }
      SlotLayout layout = new SlotLayout(sorted, updateMode);
      layout.requireUpdatable(Integer.BYTES);
      return layout;
    }
  }
}
