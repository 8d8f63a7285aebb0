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
import org.pagestamp.mode.Control;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;

/**
 * A machine for a subject: control registers, memory slots, and their memory, zero at first.
 *
 * <p>Not safe for use by several threads. Must be closed, to release its memory.
 */
public final class Machine implements AutoCloseable {
  private static final long CR0_PE_PG = 0x8000_0001L;
  private static final long CR0_WP = 1L << 16;
  private static final long CR4_PAE = 1L << 5;
  private static final long CR4_LA57 = 1L << 12;
  private static final long EFER_LME_LMA = 0x500;
  private static final long EFER_NXE = 1L << 11;
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
          kind.backing(pool, offsets[i], slot.baseGpa(), slot.byteSize()));
    }
    layout = builder.build();
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
    return (role.mode() == PagingMode.NO_PAGING ? 1 : CR0_PE_PG) | (role.wp() ? CR0_WP : 0);
  }

  /** CR4 as the role has it. */
  public long cr4() {
    long cr4 = role.mode() == PagingMode.PAE || role.mode().isLongMode() ? CR4_PAE : 0;
    cr4 |= role.mode() == PagingMode.FIVE_LEVEL ? CR4_LA57 : 0;
    for (Control control : role.controls()) {
      cr4 |=
          switch (control) {
            case PSE -> 1L << 4;
            case SMEP -> 1L << 20;
            case SMAP -> 1L << 21;
            case PKE -> 1L << 22;
            case PKS -> 1L << 24;
            case WP, NXE -> 0; // in CR0 and in EFER
          };
    }
    return cr4;
  }

  /** EFER as the role has it. */
  public long efer() {
    return (role.mode().isLongMode() ? EFER_LME_LMA : 0) | (role.nxe() ? EFER_NXE : 0);
  }

  /** Whether {@code gpa} lies in a slot. */
  public boolean hasMemory(long gpa) {
    return layout.indexOf(gpa >>> MemSlot.PAGE_SHIFT) >= 0;
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
