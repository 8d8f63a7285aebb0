package org.pagestamp.mode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PagingLevelTest {
  @Test
  void eachStepAddsItsPartsAndKeepsTheOthers() {
    PagingLevel table = PagingLevel.table(2, 22, 10);
    assertEquals(new PagingLevel(2, 22, 10, LeafRule.NEVER, 0, 0, 0), table);
    PagingLevel leaf = table.leaf(LeafRule.PS_IF_PSE);
    assertEquals(new PagingLevel(2, 22, 10, LeafRule.PS_IF_PSE, 0, 0, 0), leaf);
    PagingLevel reserved = leaf.reserved(0x20, 0x40);
    assertEquals(new PagingLevel(2, 22, 10, LeafRule.PS_IF_PSE, 0x20, 0x40, 0), reserved);
    assertEquals(
        new PagingLevel(2, 22, 10, LeafRule.PS_IF_PSE, 0x20, 0x40, 19), reserved.highFrame(19));
  }

  @ParameterizedTest(name = "{0} level {1} pse {2} 1g {3}: leaf {4}, page-size bit {5}")
  @CsvSource({
    "TWO_LEVEL,  1, true,  false, true,  false",
    "TWO_LEVEL,  2, true,  false, true,  true",
    "TWO_LEVEL,  2, false, false, false, false",
    "PAE,        3, false, false, false, false",
    "PAE,        2, false, false, true,  true",
    "FOUR_LEVEL, 4, false, true,  false, false",
    "FOUR_LEVEL, 3, false, true,  true,  true",
    "FOUR_LEVEL, 3, false, false, false, false",
    "FOUR_LEVEL, 1, false, true,  true,  false",
  })
  void aPageSizeBitTellsLeavesFromTables(
      PagingMode mode, int number, boolean pse, boolean oneGig, boolean leaf, boolean bit) {
    CpuFeatures cpu = new CpuFeatures(46, oneGig, false);
    Role role = pse ? Role.of(mode, cpu, Control.PSE) : Role.of(mode, cpu);
    assertEquals(leaf, mode.level(number).canBeLeaf(role));
    assertEquals(bit, mode.level(number).hasPageSizeBit(role));
  }
}
