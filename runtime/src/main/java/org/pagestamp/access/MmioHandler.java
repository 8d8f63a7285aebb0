package org.pagestamp.access;

/**
 * The devices of a guest: what answers where memory does not. Gets reads and writes of addresses in
 * no slot, and writes to read-only slots (ROM, flash), whose reads come from memory (KVM's MMIO
 * exits).
 *
 * <p>An access never crosses a page: one that does comes as two, lower address first. So a size
 * other than 1, 2, 4 or 8 is part of such an access, or was asked for. What a handler throws
 * reaches the caller of the access unchanged. A handler that serves several virtual CPUs must be
 * safe for use by their threads.
 */
public interface MmioHandler {
  /** Nothing there: reads give all ones, as an empty bus does, and writes are lost. */
  MmioHandler NONE =
      new MmioHandler() {
        @Override
        public long read(long gpa, int size) {
          return -1L;
        }

        @Override
        public void write(long gpa, int size, long value) {}
      };

  /**
   * A read.
   *
   * @param size 1 to 8 bytes
   * @return the value, little-endian; only its low {@code size} bytes count
   */
  long read(long gpa, int size);

  /**
   * A write.
   *
   * @param size 1 to 8 bytes
   * @param value little-endian, zero-extended
   */
  void write(long gpa, int size, long value);
}
