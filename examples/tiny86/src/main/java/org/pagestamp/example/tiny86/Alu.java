package org.pagestamp.example.tiny86;

import static org.pagestamp.example.tiny86.Registers.CF;
import static org.pagestamp.example.tiny86.Registers.OF;
import static org.pagestamp.example.tiny86.Registers.PF;
import static org.pagestamp.example.tiny86.Registers.SF;
import static org.pagestamp.example.tiny86.Registers.ZF;

/** Arithmetic with its flags; AF is not kept. Sizes are 1, 2, 4 or 8 bytes. */
final class Alu {
  /** The operation of CMP, which stores nothing. */
  static final int CMP = 7;

  private final Registers registers;

  Alu(Registers registers) {
    this.registers = registers;
  }

  /** ADD, OR, ADC, SBB, AND, SUB, XOR and CMP, as bits 5:3 of their opcodes number them. */
  long arithmetic(int operation, long a, long b, int size) {
    long carry = registers.flag(CF) ? 1 : 0;
    return switch (operation) {
      case 0 -> add(a, b, 0, size);
      case 1 -> logic(a | b, size);
      case 2 -> add(a, b, carry, size);
      case 3 -> subtract(a, b, carry, size);
      case 4 -> logic(a & b, size);
      case 6 -> logic(a ^ b, size);
      default -> subtract(a, b, 0, size);
    };
  }

  long add(long a, long b, long carry, int size) {
    long result = a + b + carry;
    registers.flag(CF, isNegative((a & b) | ((a | b) & ~result), size));
    registers.flag(OF, isNegative((a ^ result) & (b ^ result), size));
    return flagged(result, size);
  }

  long subtract(long a, long b, long borrow, int size) {
    long result = a - b - borrow;
    registers.flag(CF, isNegative((~a & b) | ((~a | b) & result), size));
    registers.flag(OF, isNegative((a ^ b) & (a ^ result), size));
    return flagged(result, size);
  }

  long logic(long result, int size) {
    registers.flag(CF, false);
    registers.flag(OF, false);
    return flagged(result, size);
  }

  /** INC, or DEC for -1: CF stays. */
  long step(long a, int by, int size) {
    boolean carry = registers.flag(CF);
    long result = by > 0 ? add(a, 1, 0, size) : subtract(a, 1, 0, size);
    registers.flag(CF, carry);
    return result;
  }

  /** ROL, SHL and SHR, as ModR/M numbers them; OF is kept. */
  long shift(int operation, long value, int count, int size) {
    int bits = Byte.SIZE * size;
    int by = count & (size == 8 ? 63 : 31);
    if (by == 0) {
      return value;
    }
    switch (operation) {
      case 0 -> {
        int rotated = by % bits;
        long low = rotated == 0 ? 0 : (value & Registers.mask(size)) >>> (bits - rotated);
        long result = value << rotated | low;
        registers.flag(CF, (result & 1) != 0);
        return result;
      }
      case 4 -> {
        registers.flag(CF, by <= bits && (value >>> (bits - by) & 1) != 0);
        return flagged(value << by, size);
      }
      case 5 -> {
        long unsigned = value & Registers.mask(size);
        registers.flag(CF, (unsigned >>> (by - 1) & 1) != 0);
        return flagged(unsigned >>> by, size);
      }
      default -> throw GuestFault.invalidOpcode();
    }
  }

  private long flagged(long result, int size) {
    registers.flag(ZF, (result & Registers.mask(size)) == 0);
    registers.flag(SF, isNegative(result, size));
    registers.flag(PF, (Long.bitCount(result & 0xFF) & 1) == 0);
    return result;
  }

  private static boolean isNegative(long value, int size) {
    return Registers.signed(value, size) < 0;
  }

  /** Whether the condition of Jcc holds, as bits 3:0 of its opcode number it. */
  boolean holds(int condition) {
    boolean positive =
        switch (condition >> 1) {
          case 0 -> registers.flag(OF);
          case 1 -> registers.flag(CF);
          case 2 -> registers.flag(ZF);
          case 3 -> registers.flag(CF) || registers.flag(ZF);
          case 4 -> registers.flag(SF);
          case 5 -> registers.flag(PF);
          case 6 -> registers.flag(SF) != registers.flag(OF);
          default -> registers.flag(ZF) || registers.flag(SF) != registers.flag(OF);
        };
    return positive == ((condition & 1) == 0);
  }
}
