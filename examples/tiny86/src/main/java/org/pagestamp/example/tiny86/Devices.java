package org.pagestamp.example.tiny86;

import java.util.function.IntConsumer;
import org.pagestamp.access.MmioHandler;

/**
 * The devices, in a hole between the slots: a console, and a register that starts CPU 1. What the
 * guest writes to the ROM comes here too, and is lost.
 */
final class Devices implements MmioHandler {
  private static final long CONSOLE = 0xA_0000;
  private static final long START_CPU = 0xA_0010;

  private final StringBuilder printed = new StringBuilder();
  private final IntConsumer startCpu;

  /**
   * The devices.
   *
   * @param startCpu gets the number of the page where CPU 1 is to start
   */
  Devices(IntConsumer startCpu) {
    this.startCpu = startCpu;
  }

  @Override
  public long read(long gpa, int size) {
    return -1;
  }

  @Override
  public synchronized void write(long gpa, int size, long value) {
    if (gpa == CONSOLE) {
      printed.append((char) (value & 0x7F));
    } else if (gpa == START_CPU) {
      startCpu.accept((int) value & 0xFF);
    }
  }

  /** All that the guest has printed. */
  synchronized String printed() {
    return printed.toString();
  }
}
