package org.pagestamp.example.tiny86;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flags, against arithmetic without bounds. */
class AluTest {
  private final Registers registers = new Registers();
  private final Alu alu = new Alu(registers);

  @ParameterizedTest
  @CsvSource({"1", "2", "4", "8"})
  @DisplayName("ADC and SBB: result, CF, OF, ZF and SF")
  void sums(int size) {
    Random random = new Random(size);
    for (int i = 0; i < 2_000; i++) {
      // Few bits, so that results are often zero or at a bound.
      long a = Registers.signed(random.nextLong() & random.nextInt(-2, 3), size);
      long b = Registers.signed(random.nextLong() | random.nextInt(-2, 3), size);
      boolean carry = random.nextBoolean();
      BigInteger by = BigInteger.valueOf(b).add(carry ? BigInteger.ONE : BigInteger.ZERO);
      BigInteger unsignedBy = unsigned(b, size).add(carry ? BigInteger.ONE : BigInteger.ZERO);

      registers.flag(Registers.CF, carry);
      long sum = alu.arithmetic(2, a, b, size);
      assertFlags(size, sum, unsigned(a, size).add(unsignedBy), BigInteger.valueOf(a).add(by));
      registers.flag(Registers.CF, carry);
      long difference = alu.arithmetic(3, a, b, size);
      assertFlags(
          size,
          difference,
          unsigned(a, size).subtract(unsignedBy),
          BigInteger.valueOf(a).subtract(by));
    }
  }

  private static BigInteger unsigned(long value, int size) {
    return new BigInteger(Long.toUnsignedString(value & Registers.mask(size)));
  }

  private void assertFlags(int size, long result, BigInteger unsigned, BigInteger signed) {
    int bits = Byte.SIZE * size;
    long expected = Registers.signed(signed.longValue(), size);
    assertEquals(expected, Registers.signed(result, size));
    boolean carry = unsigned.signum() < 0 || unsigned.bitLength() > bits;
    assertEquals(carry, registers.flag(Registers.CF), "CF");
    assertEquals(signed.bitLength() >= bits, registers.flag(Registers.OF), "OF");
    assertEquals(expected == 0, registers.flag(Registers.ZF), "ZF");
    assertEquals(expected < 0, registers.flag(Registers.SF), "SF");
  }

  @ParameterizedTest(name = "{0} by {1}: {2}")
  @CsvSource({
    "0, 4, 0x80000001, 5, 0x30, 0",
    "0, 4, 0x80000001, 1, 0x3, 1",
    "4, 1, 0x81, 1, 0x2, 1",
    "4, 8, 0x4000000000000001, 1, 0x8000000000000002, 0",
    "5, 2, 0x8001, 1, 0x4000, 1",
    "5, 2, 0x8001, 15, 0x1, 0"
  })
  @DisplayName("ROL, SHL and SHR with CF")
  void shifts(int operation, int size, String value, int count, String result, int carry) {
    long shifted = alu.shift(operation, parse(value), count, size);
    assertEquals(parse(result), shifted & Registers.mask(size));
    assertEquals(carry == 1, registers.flag(Registers.CF));
  }

  private static long parse(String text) {
    return Long.parseUnsignedLong(text.substring(2), 16);
  }
}
