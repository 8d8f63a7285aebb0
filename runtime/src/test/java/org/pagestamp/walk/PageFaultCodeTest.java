package org.pagestamp.walk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PageFaultCodeTest {
  @ParameterizedTest
  @CsvSource({
    "0x00, 0",
    "0x01, P",
    "0x02, WRITE",
    "0x04, USER",
    "0x09, P|RSVD",
    "0x14, USER|FETCH",
    "0x27, P|WRITE|USER|PK",
    "0x7FFFFFC1, P", // other bits are none of a walk
  })
  void textNamesEveryBit(String code, String text) {
    assertEquals(text, PageFaultCode.toString(Integer.decode(code)));
  }
}
