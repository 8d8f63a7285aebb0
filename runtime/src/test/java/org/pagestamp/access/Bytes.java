package org.pagestamp.access;

/** What accesses must come to, byte by byte: memory and devices of an {@link AccessGuest}. */
final class Bytes {
  private final byte[] memory;
  private final byte[] devices;

  Bytes(AccessGuest guest) {
    memory = guest.memory();
    devices = guest.deviceBytes();
  }

  static boolean isRam(long gpa) {
    long page = gpa >>> 12;
    return page < AccessGuest.ROM || page >= AccessGuest.MORE_RAM;
  }

  private static boolean isDevice(long gpa) {
    long page = gpa >>> 12;
    return page >= AccessGuest.DEVICE && page < AccessGuest.MORE_RAM;
  }

  long load(long[] gpas) {
    long value = 0;
    for (int i = gpas.length - 1; i >= 0; i--) {
      byte[] from = isDevice(gpas[i]) ? devices : memory;
      value = (value << 8) | (from[(int) gpas[i]] & 0xFF);
    }
    return value;
  }

  void store(long[] gpas, long value) {
    for (int i = 0; i < gpas.length; i++) {
      byte[] to = isRam(gpas[i]) ? memory : devices;
      to[(int) gpas[i]] = (byte) (value >>> (8 * i));
    }
  }

  byte[] memory() {
    return memory;
  }

  byte[] devices() {
    return devices;
  }
}
