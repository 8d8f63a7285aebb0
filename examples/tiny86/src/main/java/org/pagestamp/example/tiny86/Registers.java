package org.pagestamp.example.tiny86;

/** The general registers of one CPU, RIP and RFLAGS. */
final class Registers {
  static final int RAX = 0;
  static final int RCX = 1;
  static final int RDX = 2;
  static final int RSP = 4;
  static final int RSI = 6;
  static final int RDI = 7;

  static final long CF = 1L;
  static final long ALWAYS_SET = 1L << 1;
  static final long PF = 1L << 2;
  static final long ZF = 1L << 6;
  static final long SF = 1L << 7;
  static final long IF = 1L << 9;
  static final long OF = 1L << 11;
  static final long AC = 1L << 18;

  private final long[] general = new long[16];
  long rip;
  long rflags = ALWAYS_SET;

  /** The bits of a value of 1, 2, 4 or 8 bytes. */
  static long mask(int size) {
    return -1L >>> (Long.SIZE - Byte.SIZE * size);
  }

  /** A value of 1, 2, 4 or 8 bytes, sign-extended. */
  static long signed(long value, int size) {
    int unused = Long.SIZE - Byte.SIZE * size;
    return (value << unused) >> unused;
  }

  long get(int register) {
    return general[register];
  }

  long get(int register, int size) {
    return general[register] & mask(size);
  }

  /** Writes of 4 bytes clear the upper half, those of 1 and 2 leave the rest. */
  void set(int register, int size, long value) {
    long kept = size >= 4 ? 0 : general[register] & ~mask(size);
    general[register] = kept | (value & mask(size));
  }

  boolean flag(long bit) {
    return (rflags & bit) != 0;
  }

  void flag(long bit, boolean set) {
    rflags = set ? rflags | bit : rflags & ~bit;
  }
}
