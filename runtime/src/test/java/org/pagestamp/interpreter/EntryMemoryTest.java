package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.EntryStore;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;

/** A {@code byte[]}, which cannot do any atomic update, tells atomic updates from plain ones. */
class EntryMemoryTest {
  private final byte[] bytes = new byte[0x1000];
  private final MemSlot slot =
      SlotLayout.builder()
          .updateMode(UpdateMode.SINGLE_VCPU)
          .ram(0x4000, Backing.of(bytes))
          .build()
          .find(4);

  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void anAtomicUpdateIsNeverDoneByAPlainStore(int entryBytes) {
    EntryMemory entries = EntryMemory.of(slot, entryBytes, UpdateMode.ATOMIC, Choices.DEFAULT);
    assertThrows(IllegalArgumentException.class, () -> entries.update(0x4008, 0, 0x27));
    assertArrayEquals(new byte[0x1000], bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void aPlainUpdateStoresOnlyIfTheEntryIsTheExpected(int entryBytes) {
    EntryMemory entries = EntryMemory.of(slot, entryBytes, UpdateMode.SINGLE_VCPU, Choices.DEFAULT);
    assertTrue(entries.update(0x4008, 0, 0x27));
    assertEquals(0x27, bytes[8]);
    assertFalse(entries.update(0x4008, 0, 0x67));
    assertEquals(0x27, bytes[8]);
  }

  @Test
  void aStoreThatComparesTheLowHalfLeavesTheUpperOneAsItIs() {
    EntryMemory entries =
        EntryMemory.of(slot, 8, UpdateMode.SINGLE_VCPU, Choices.of(EntryStore.COMPARE_LOW_HALF));
    bytes[8] = 0x07;
    bytes[13] = 0x01; // changed since the entry was read
    assertTrue(entries.update(0x4008, 0x07, 0x27));
    assertEquals(0x100_0000_0027L, entries.read(0x4008));
    assertFalse(entries.update(0x4008, 0x07, 0x67));
    assertEquals(0x100_0000_0027L, entries.read(0x4008));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void aPlainStoreIsMadeWhateverTheEntryIs(int entryBytes) {
    EntryMemory entries =
        EntryMemory.of(slot, entryBytes, UpdateMode.SINGLE_VCPU, Choices.of(EntryStore.PLAIN));
    bytes[8] = 0x77;
    bytes[11] = 0x77;
    assertTrue(entries.update(0x4008, 0x07, 0x27));
    assertEquals(0x27, entries.read(0x4008));
  }
}
