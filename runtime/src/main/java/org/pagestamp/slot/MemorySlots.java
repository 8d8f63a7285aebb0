package org.pagestamp.slot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * The memory slots of a running guest, by number, with KVM's rules for changing them ({@code
 * KVM_SET_USER_MEMORY_REGION}).
 *
 * <p>Each change publishes a new immutable {@link SlotLayout} with the next generation. Any thread
 * may change slots at any time; virtual CPUs see a change at their next translation, and end a walk
 * that has begun in the layout in which it began. Until each has begun another translation, the
 * memory of a deleted slot may still be read and written, and a log just turned on may miss a
 * store. {@link #awaitUse} waits until that is over, as KVM does before a change returns.
 *
 * <p>Safe for use by several threads.
 */
public final class MemorySlots {
  private static final long POLL_MICROS = 20;
  private static final VarHandle SNAPSHOT = snapshotField();

  private final UpdateMode updateMode;
  private final Map<Integer, MemSlot> slots = new TreeMap<>();
  private final List<WeakReference<SlotReader>> readers = new CopyOnWriteArrayList<>();
  private volatile SlotSnapshot snapshot;

  /** No slots yet; walks will write accessed and dirty bits by {@link UpdateMode#ATOMIC}. */
  public MemorySlots() {
    this(UpdateMode.ATOMIC);
  }

  /** No slots yet. */
  public MemorySlots(UpdateMode updateMode) {
    this.updateMode = Objects.requireNonNull(updateMode, "updateMode");
    this.snapshot = new SlotSnapshot(SlotLayout.builder().updateMode(updateMode).build(), 0);
  }

  /** The slots of a layout, numbered by their index in it. */
  public static MemorySlots of(SlotLayout layout) {
    MemorySlots slots = new MemorySlots(layout.updateMode());
    for (MemSlot slot : layout.slots()) {
      slots.slots.put(slots.slots.size(), slot);
    }
    slots.snapshot = new SlotSnapshot(layout, 0);
    return slots;
  }

  private static VarHandle snapshotField() {
    try {
      return MethodHandles.lookup()
          .findVarHandle(MemorySlots.class, "snapshot", SlotSnapshot.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The slots now. */
  public SlotSnapshot snapshot() {
    return snapshot;
  }

  /**
   * Whether no slot has changed since a snapshot. As {@link #snapshot}, but orders no other memory
   * access, as nobody needs who knows the snapshot already; so the JIT keeps what it has read.
   */
  public boolean isCurrent(SlotSnapshot taken) {
    return (SlotSnapshot) SNAPSHOT.getOpaque(this) == taken;
  }

  /** The layout of {@link #snapshot()}. */
  public SlotLayout layout() {
    return snapshot.layout();
  }

  /**
   * The slot with a number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public synchronized MemSlot slot(int id) {
    MemSlot slot = slots.get(id);
    if (slot == null) {
      throw new IllegalArgumentException(
          "there is no slot " + id + ": there are " + slots.keySet());
    }
    return slot;
  }

  /** A new user of the slots; see there. A user that is garbage is not waited for. */
  public SlotReader reader() {
    SlotReader reader = new SlotReader(this);
    readers.removeIf(reference -> reference.get() == null);
    readers.add(new WeakReference<>(reader));
    return reader;
  }

  /**
   * Waits until no user uses a layout older than the one that is current when this is called. Then
   * an arena of a slot deleted before may be closed, and what a dirty log turned on before does not
   * know was stored before. Not from the thread of a user: it would wait for itself.
   *
   * @param timeout how long to wait; virtual CPUs that neither translate nor left hold it up
   * @return whether it is so; false if the time was up first
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public boolean awaitUse(Duration timeout) throws InterruptedException {
    long generation = snapshot.generation();
    long deadline = System.nanoTime() + timeout.toNanos();
    while (isOlderInUse(generation)) {
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
      TimeUnit.MICROSECONDS.sleep(POLL_MICROS);
    }
    return true;
  }

  private boolean isOlderInUse(long generation) {
    for (WeakReference<SlotReader> reference : readers) {
      SlotReader reader = reference.get();
      if (reader != null && reader.usesOlderThan(generation)) {
        return true;
      }
    }
    return false;
  }

  /** The numbers in use, lowest first. */
  public synchronized Set<Integer> ids() {
    return new TreeSet<>(slots.keySet());
  }

  /**
   * Adds a slot.
   *
   * @param id a free number, 0 to {@link SlotLayout#MAX_SLOTS} - 1
   * @param baseGpa first guest-physical address, a multiple of 4,096
   * @param byteSize a positive multiple of 4,096; the slot must end at or below 2^52
   * @throws IllegalArgumentException if the number is taken or out of range, the range is not such,
   *     overlaps another slot or is larger than its backing, or the backing cannot take updates of
   *     entries; nothing changes then
   */
  public synchronized void create(
      int id, long baseGpa, long byteSize, Set<SlotFlag> flags, Backing backing) {
    if (id < 0 || id >= SlotLayout.MAX_SLOTS) {
      throw new IllegalArgumentException(
          "slot number " + id + " is outside 0.." + (SlotLayout.MAX_SLOTS - 1));
    }
    if (slots.containsKey(id)) {
      throw new IllegalArgumentException(
          "slot " + id + " is there already, as " + slots.get(id) + ": delete it first");
    }
    put(id, MemSlot.checked(baseGpa, byteSize, flags, backing));
  }

  /**
   * Takes a slot away. Its dirty log stays readable through the {@link MemSlot}.
   *
   * @return the slot that was there
   * @throws IllegalArgumentException if there is no such slot
   */
  public synchronized MemSlot delete(int id) {
    MemSlot slot = slot(id);
    slots.remove(id);
    publish();
    return slot;
  }

  /**
   * Moves a slot: the same memory, flags and dirty log at another base. A {@link MemoryAccessor} is
   * asked for the new addresses from then on.
   *
   * @param baseGpa the new base, a multiple of 4,096
   * @throws IllegalArgumentException if there is no such slot, or the range is impossible or
   *     overlaps another slot; nothing changes then
   */
  public synchronized void move(int id, long baseGpa) {
    change(id, slot -> slot.movedTo(baseGpa));
  }

  /**
   * Turns the dirty log of a slot on or off. Turned off, the log is discarded; turned on again, it
   * is a clean one. Without effect where it is as asked.
   *
   * @throws IllegalArgumentException if there is no such slot
   */
  public synchronized void logDirty(int id, boolean on) {
    change(id, slot -> slot.logging(on));
  }

  /**
   * Makes a slot read-only or writable. KVM has the slot deleted and created anew for it; here that
   * is one change, so that no virtual CPU meets a hole between the two. The dirty log goes on.
   * Without effect where it is as asked.
   *
   * @throws IllegalArgumentException if there is no such slot, or the backing cannot take updates
   *     of entries; nothing changes then
   */
  public synchronized void readOnly(int id, boolean on) {
    change(id, slot -> slot.readOnly(on));
  }

  private void change(int id, UnaryOperator<MemSlot> change) {
    MemSlot before = slot(id);
    MemSlot after = change.apply(before);
    if (!after.equals(before)) {
      put(id, after);
    }
  }

  private void put(int id, MemSlot slot) {
    MemSlot before = slots.put(id, slot);
    boolean published = false;
    try {
      publish();
      published = true;
    } finally {
      if (!published) {
        restore(id, before);
      }
    }
  }

  private void restore(int id, MemSlot before) {
    if (before == null) {
      slots.remove(id);
    } else {
      slots.put(id, before);
    }
  }

  private void publish() {
    SlotLayout.Builder builder = SlotLayout.builder().updateMode(updateMode);
    slots.values().forEach(builder::slot);
    snapshot = new SlotSnapshot(builder.build(), snapshot.generation() + 1);
  }

  /** The generation and all slots with their numbers. */
  @Override
  public synchronized String toString() {
    return String.format(Locale.ROOT, "generation %d: %s", snapshot.generation(), slots);
  }
}
