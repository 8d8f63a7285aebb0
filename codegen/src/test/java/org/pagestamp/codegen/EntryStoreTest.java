package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.EntryStore;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/**
 * How generated classes store an entry in a segment that has changed since it was read. The last
 * table is behind an accessor, whose read, while the walk is on its way, changes the root's entry.
 */
class EntryStoreTest {
  private static final int SEGMENT_BYTES = 0x1_0000;
  private static final long ROOT = 0x1000;
  private static final long LAST = SEGMENT_BYTES;
  private static final long ALL = EntryBits.P | EntryBits.W | EntryBits.U;
  private static final int IN_LOW_HALF = 9;
  private static final int IN_HIGH_HALF = 52;

  private final MemorySegment memory = MemorySegment.ofArray(new long[SEGMENT_BYTES / Long.BYTES]);
  private final ChangingTable last = new ChangingTable();

  /** A table of which one read changes the root's entry. */
  private final class ChangingTable extends LongArrayAccessor {
    private int bit;
    private int changingRead;
    private int reads;

    ChangingTable() {
      super((int) (LAST + MemSlot.PAGE_SIZE));
    }

    /** Writes the table's one entry. */
    void fill(int entryBytes) {
      long entry = 0x4000 | ALL | EntryBits.A;
      if (entryBytes == Long.BYTES) {
        putLong(LAST, entry);
      } else {
        putInt(LAST, (int) entry);
      }
    }

    @Override
    public long getLong(long gpa) {
      change();
      return super.getLong(gpa);
    }

    @Override
    public int getInt(long gpa) {
      change();
      return super.getInt(gpa);
    }

    /** In truth it is not; nobody else stores to this table. */
    @Override
    public boolean isAtomic() {
      return true;
    }

    private void change() {
      reads++;
      if (reads == changingRead) {
        store(ROOT, root() ^ 1L << bit);
      }
    }
  }

  private void store(long gpa, long entry) {
    memory.set(ValueLayout.JAVA_LONG, gpa, entry);
  }

  private long root() {
    return memory.get(ValueLayout.JAVA_LONG, ROOT);
  }

  /** With many slots they are reached through arrays, with few through constants. */
  private SlotLayout layout(UpdateMode mode, boolean many) {
    SlotLayout.Builder builder = SlotLayout.builder().updateMode(mode);
    int size = many ? (int) MemSlot.PAGE_SIZE : SEGMENT_BYTES;
    for (int base = 0; base < SEGMENT_BYTES; base += size) {
      builder.slot(base, size, Set.of(), Backing.of(memory, base));
    }
    return builder.slot(LAST, MemSlot.PAGE_SIZE, Set.of(), Backing.of(last)).build();
  }

  private static Role role(PagingMode mode, EntryStore store) {
    return Role.of(mode, CpuFeatures.intel(46), Choices.of(store));
  }

  /** The tries of a walk where a bit of the root's entry changes between its read and update. */
  private int tries(Role role, SlotLayout layout, long root, int changedBit) {
    Walker walker = new Stamper(0).stamp(role, layout);
    last.fill(role.mode().entryBytes());
    store(ROOT, root);
    last.changingRead = -1;
    int undisturbed = reads(walker); // one of them may be that of the fast path, which gives up
    store(ROOT, root);
    last.bit = changedBit;
    last.changingRead = undisturbed;
    return 1 + reads(walker) - undisturbed;
  }

  private int reads(Walker walker) {
    last.reads = 0;
    VcpuState vcpu = new VcpuState();
    vcpu.loadCr3(ROOT, walker.role(), walker.layout());
    long result = walker.walk(vcpu, 0, Access.READ);
    assertFalse(WalkResult.isFault(result), () -> WalkResult.toString(result));
    return last.reads;
  }

  @ParameterizedTest
  @CsvSource({
    "COMPARE_ALL,      9,  2, true",
    "COMPARE_ALL,      52, 2, true",
    "COMPARE_LOW_HALF, 9,  2, true",
    "COMPARE_LOW_HALF, 52, 1, true",
    "PLAIN,            9,  1, false",
    "PLAIN,            52, 1, false"
  })
  void anEntryOf8Bytes(EntryStore store, int changedBit, int tries, boolean kept) {
    for (UpdateMode mode : UpdateMode.values()) {
      for (boolean many : new boolean[] {false, true}) {
        store(0x2000, 0x3000 | ALL | EntryBits.A);
        store(0x3000, LAST | ALL | EntryBits.A);
        String where = mode + (many ? ", many slots" : ", few slots");
        Role role = role(PagingMode.FOUR_LEVEL, store);
        assertEquals(tries, tries(role, layout(mode, many), 0x2000 | ALL, changedBit), where);
        long change = kept ? 1L << changedBit : 0;
        assertEquals(0x2000 | ALL | EntryBits.A | change, root(), where);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"COMPARE_ALL, 2, true", "COMPARE_LOW_HALF, 2, true", "PLAIN, 1, false"})
  void anEntryOf4Bytes(EntryStore store, int tries, boolean kept) {
    for (UpdateMode mode : UpdateMode.values()) {
      for (boolean many : new boolean[] {false, true}) {
        long neighbour = 0x7777_7777L << 32;
        long entry = LAST | ALL | neighbour;
        String where = mode + (many ? ", many slots" : ", few slots");
        Role role = role(PagingMode.TWO_LEVEL, store);
        assertEquals(tries, tries(role, layout(mode, many), entry, IN_LOW_HALF), where);
        long change = kept ? 1L << IN_LOW_HALF : 0;
        assertEquals(entry | EntryBits.A | change, root(), where);
      }
    }
  }

  @Test
  void aPlainStoreOf4BytesLeavesTheEntryBesideAlone() {
    Role role = role(PagingMode.TWO_LEVEL, EntryStore.PLAIN);
    assertEquals(1, tries(role, layout(UpdateMode.ATOMIC, false), LAST | ALL, IN_HIGH_HALF));
    assertEquals(LAST | ALL | EntryBits.A | 1L << IN_HIGH_HALF, root());
  }
}
