package org.pagestamp.mode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CpuFeaturesTest {
  @ParameterizedTest
  @ValueSource(ints = {32, 36, 46, 52})
  void widthsFrom32To52Exist(int maxPhyAddr) {
    assertEquals(maxPhyAddr, CpuFeatures.intel(maxPhyAddr).maxPhyAddr());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 31, 53, 64})
  void otherWidthsAreRefused(int maxPhyAddr) {
    var refusal = assertThrows(IllegalArgumentException.class, () -> CpuFeatures.intel(maxPhyAddr));
    assertEquals("MAXPHYADDR " + maxPhyAddr + " is outside 32..52", refusal.getMessage());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "GenuineIntel, false",
    "AuthenticAMD, true",
    "HygonGenuine, true",
    "CentaurHauls, false",
  })
  void vendorComesFromLeaf0(String vendor, boolean amd) {
    int ebx =
        ByteBuffer.wrap(vendor.getBytes(StandardCharsets.US_ASCII))
            .order(ByteOrder.LITTLE_ENDIAN)
            .getInt();
    assertEquals(new CpuFeatures(39, false, amd), CpuFeatures.fromCpuid(ebx, 0, 0x3027));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x0400_0000, -1})
  void bit26OfLeaf80000001EdxTellsOfOneGigPages(int edx) {
    assertTrue(CpuFeatures.fromCpuid(0, edx, 40).oneGigPages());
    assertEquals(
        new CpuFeatures(40, false, false), CpuFeatures.fromCpuid(0, edx & ~0x0400_0000, 40));
  }
}
