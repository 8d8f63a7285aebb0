package org.pagestamp.conformance;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.AccessorBacking;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemoryAccessor;
import org.pagestamp.slot.SegmentBacking;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;

/**
 * A machine for a subject: control registers, memory slots, and their memory, zero at first.
 *
 * <p>Not safe for use by several threads. Must be closed, to release its memory.
 */
public final class Machine implements AutoCloseable {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Role role;
  private final Arena arena = Arena.ofShared();
  private final SlotLayout layout;
  private final MemorySegment pool;
  private final long[] offsets;

  /**
   * A machine.
   *
   * @param role what its control registers and CPU make
   * @param slots disjoint slots, together below 2 GiB; all log dirty pages
   * @param kind what the memory is made of
   */
  public Machine(Role role, List<VectorSlot> slots, MemoryKind kind) {
    this(role, slots, kind, UnaryOperator.identity());
  }

  /**
   * A machine whose memory is behind accessors, for subjects that walk its {@link #layout()}.
   *
   * @param role what its control registers and CPU make
   * @param slots disjoint slots, together below 2 GiB; all log dirty pages
   * @param around makes of the accessor of a slot the one that walks use
   */
  public Machine(Role role, List<VectorSlot> slots, UnaryOperator<MemoryAccessor> around) {
    this(role, slots, MemoryKind.ACCESSOR, around);
  }

  private Machine(
      Role role, List<VectorSlot> slots, MemoryKind kind, UnaryOperator<MemoryAccessor> around) {
    this.role = role;
    List<VectorSlot> sorted = new ArrayList<>(slots);
    sorted.sort(Comparator.comparingLong(VectorSlot::baseGpa));
    offsets = new long[sorted.size()];
    long bytes = 0;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = bytes;
      bytes += sorted.get(i).byteSize();
    }
    pool = kind.allocate(bytes, arena);
    SlotLayout.Builder builder = SlotLayout.builder().updateMode(kind.updateMode(role.mode()));
    for (int i = 0; i < offsets.length; i++) {
      VectorSlot slot = sorted.get(i);
      Set<SlotFlag> flags = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES);
      if (slot.readOnly()) {
        flags.add(SlotFlag.READONLY);
      }
      builder.slot(
          slot.baseGpa(),
          slot.byteSize(),
          flags,
          around(kind.backing(pool, offsets[i], slot.baseGpa(), slot.byteSize()), around));
    }
    layout = builder.build();
  }

  /** A machine over memory that belongs to somebody else, who says where each slot's begins. */
  Machine(Role role, SlotLayout layout, MemorySegment pool, long[] offsets) {
    this.role = role;
    this.layout = layout;
    this.pool = pool;
    this.offsets = offsets;
  }

  private static Backing around(Backing backing, UnaryOperator<MemoryAccessor> around) {
    return switch (backing) {
      case AccessorBacking(MemoryAccessor accessor) -> Backing.of(around.apply(accessor));
      case SegmentBacking _ -> backing;
    };
  }

  /** The role that the registers and the CPU make. */
  public Role role() {
    return role;
  }

  /** The slots, over the machine's memory. */
  public SlotLayout layout() {
    return layout;
  }

  /** CR0 as the role has it. */
  public long cr0() {
    return ControlRegisters.cr0(role);
  }

  /** CR4 as the role has it. */
  public long cr4() {
    return ControlRegisters.cr4(role);
  }

  /** EFER as the role has it. */
  public long efer() {
    return ControlRegisters.efer(role);
  }

  /** Whether {@code gpa} lies in a slot. */
  public boolean hasMemory(long gpa) {
    return layout.indexOf(gpa >>> MemSlot.PAGE_SHIFT) >= 0;
  }

  /** Whether {@code gpa} lies in a slot that the guest may write. */
  public boolean isWritable(long gpa) {
    int slot = layout.indexOf(gpa >>> MemSlot.PAGE_SHIFT);
    return slot >= 0 && !layout.slots().get(slot).isReadOnly();
  }

  /**
   * Reads guest memory.
   *
   * @param gpa in a slot, a multiple of {@code width}
   * @param width 4 or 8; 4 bytes are zero-extended
   */
  public long load(long gpa, int width) {
    return width == Integer.BYTES
        ? Integer.toUnsignedLong(pool.get(INT, offset(gpa)))
        : pool.get(LONG, offset(gpa));
  }

  /**
   * Writes guest memory, in read-only slots as well: this is the machine's builder at work, not its
   * guest. Marks nothing dirty.
   *
   * @param gpa in a slot, a multiple of {@code width}
   * @param width 4 or 8
   */
  public void store(long gpa, long value, int width) {
    if (width == Integer.BYTES) {
      pool.set(INT, offset(gpa), (int) value);
    } else {
      pool.set(LONG, offset(gpa), value);
    }
  }

  /** How entries differ from what they must be, a sentence each; empty if they do not. */
  public List<String> differences(List<VectorEntry> expected) {
    List<String> differences = new ArrayList<>();
    for (VectorEntry entry : expected) {
      long actual = load(entry.gpa(), entry.width());
      if (actual != entry.value()) {
        differences.add(
            String.format(
                Locale.ROOT,
                "afterwards the entry at 0x%x is 0x%x instead of 0x%x",
                entry.gpa(),
                actual,
                entry.value()));
      }
    }
    return differences;
  }

  private long offset(long gpa) {
    int slot = layout.indexOf(gpa >>> MemSlot.PAGE_SHIFT);
    if (slot < 0) {
      throw new IllegalArgumentException("gpa 0x" + Long.toHexString(gpa) + " lies in no slot");
    }
    return offsets[slot] + gpa - layout.slots().get(slot).baseGpa();
  }

  /** All memory, the slots one after another from the lowest base. */
  public MemorySegment memory() {
    return pool;
  }

  @Override
  public void close() {
    arena.close();
  }
}
