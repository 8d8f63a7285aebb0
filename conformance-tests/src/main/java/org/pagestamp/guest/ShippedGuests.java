package org.pagestamp.guest;

import java.io.InputStream;
import java.util.List;

/**
 * The guests inside the jar: Linux 6.1 in four paging modes, OVMF, memtest86+, and a boot ROM whose
 * page tables lie in the ROM itself, with accessed and dirty bits clear and set.
 */
public final class ShippedGuests {
  private static final List<String> NAMES =
      List.of(
          "linux64-4l-max",
          "linux64-5l-max",
          "linux32-pae-max",
          "linux32-2l-max",
          "ovmf64",
          "memtest-x86",
          "rom-bios-ad0-q10",
          "rom-bios-ad1-q10");

  private ShippedGuests() {}

  /** Their names; unmodifiable. */
  public static List<String> names() {
    return NAMES;
  }

  /**
   * Opens one.
   *
   * @throws IllegalArgumentException if {@code name} is none of {@link #names()}
   */
  public static Guest open(String name) throws GuestFormatException {
    return open(name, CpuOptions.NONE);
  }

  static Guest open(String name, CpuOptions options) throws GuestFormatException {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException("no shipped guest '" + name + "': there are " + NAMES);
    }
    return CaptureFolder.open(new InJar(name), options);
  }

  private record InJar(String name) implements CaptureFiles {
    @Override
    public String describe(String file) {
      return name + "/" + file;
    }

    @Override
    public InputStream open(String file) {
      return ShippedGuests.class.getResourceAsStream("shipped/" + describe(file));
    }
  }
}
