package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "10, 10",
    "0x10, 16",
    "0xFFFFFFFFFFFFFFFF, -1",
    "4K, 4096",
    "0x10k, 16384",
    "2M, 2097152",
    "1G, 1073741824",
    "2T, 2199023255552"
  })
  @DisplayName("numbers are read in hexadecimal, decimal and with units")
  void parse(String text, long value) {
    assertEquals(value, Numbers.parseSize(text));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0B",
    "512, 512B",
    "4096, 4K",
    "98304, 96K",
    "2097152, 2M",
    "1073741824, 1G",
    "5497558138880, 5T",
    "9007199254740992, 8192T"
  })
  @DisplayName("sizes are shown with the largest unit that divides them")
  void size(long bytes, String text) {
    assertEquals(text, Numbers.size(bytes));
  }
}
