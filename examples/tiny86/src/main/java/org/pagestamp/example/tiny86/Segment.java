package org.pagestamp.example.tiny86;

/**
 * A segment register. Only real mode has bases other than zero; limits are not kept.
 *
 * @param wide the descriptor's D bit: 32-bit code
 * @param code64 the descriptor's L bit
 * @param dpl descriptor privilege level
 */
record Segment(int selector, long base, boolean wide, boolean code64, int dpl) {
  static final int ES = 0;
  static final int CS = 1;
  static final int SS = 2;
  static final int DS = 3;
  static final int COUNT = 6;

  private static final int PRESENT = 47;
  private static final int CODE = 43;

  static Segment realMode(int selector) {
    return new Segment(selector, (long) selector << 4, false, false, 0);
  }

  /** A null selector: no segment. */
  static Segment none(int selector) {
    return new Segment(selector, 0, false, false, 0);
  }

  /** What loading {@code descriptor} into a segment register makes of it. */
  static Segment of(int selector, long descriptor) {
    return new Segment(
        selector,
        base(descriptor),
        bit(descriptor, 54),
        bit(descriptor, 53),
        (int) (descriptor >>> 45) & 3);
  }

  /** The base in a descriptor of 8 bytes, of a segment or a task. */
  static long base(long descriptor) {
    return (descriptor >>> 16 & 0xFF_FFFF) | (descriptor >>> 32 & 0xFF00_0000L);
  }

  static boolean isPresent(long descriptor) {
    return bit(descriptor, PRESENT);
  }

  static boolean isCode(long descriptor) {
    return bit(descriptor, CODE);
  }

  private static boolean bit(long descriptor, int position) {
    return (descriptor >>> position & 1) != 0;
  }
}
