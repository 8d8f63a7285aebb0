package org.pagestamp.conformance;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Vectors as text. */
final class VectorLines {
  /** A user read in 4-level paging, over RAM with a read-only slot above it. */
  static final String GOOD =
      """
      {"name":"made/by-hand/1","mode":"x86-64","cr0":"0x80010033","cr3":"0x1000","cr4":"0xa0",\
      "efer":"0xd01","pkru":"0x0","maxphyaddr":40,\
      "slots":[{"base":"0x0","size":"0x10000","readonly":false},\
      {"base":"0x10000","size":"0x1000","readonly":true}],\
      "memory":[["0x1000","0x2007",8],["0x2000","0x3027",8],["0x3000","0x4007",8],\
      ["0x4008","0x10067",8]],\
      "access":{"address":"0x1234","type":"read","user":true,"ac":false,"implicit":false},\
      "expect":{"gpa":"0x10234","page_size":"0x1000","writable":true,"user":true,\
      "executable":true,"global":false,"dirty":true},\
      "after":[["0x1000","0x2027",8],["0x2000","0x3027",8],["0x3000","0x4027",8],\
      ["0x4008","0x10067",8]]}\
      """;

  /** A write through 4-level EPT with accessed and dirty bits. */
  static final String GOOD_EPT =
      """
      {"name":"made/by-hand/2","mode":"ept4","eptp":"0x105e","ept_execonly":true,"maxphyaddr":40,\
      "slots":[{"base":"0x0","size":"0x10000","readonly":false}],\
      "memory":[["0x1000","0x2007",8],["0x2000","0x3107",8],["0x3000","0x4007",8],\
      ["0x4008","0x10037",8]],\
      "access":{"address":"0x1234","type":"write","user":false,"ac":false,"implicit":false},\
      "expect":{"gpa":"0x10234","page_size":"0x1000","readable":true,"writable":true,\
      "executable":true,"dirty":true},\
      "after":[["0x1000","0x2107",8],["0x2000","0x3107",8],["0x3000","0x4107",8],\
      ["0x4008","0x10337",8]]}\
      """;

  private VectorLines() {}

  static VectorReader reader(String text) throws IOException {
    return reader(text.getBytes(StandardCharsets.UTF_8));
  }

  static VectorReader reader(byte[] bytes) throws IOException {
    return VectorReader.of("made.jsonl", new ByteArrayInputStream(bytes));
  }
}
