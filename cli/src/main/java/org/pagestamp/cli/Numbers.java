package org.pagestamp.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.pagestamp.guest.Stage2Kind;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.profile.Profile;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How numbers are read from the command line and shown to people. */
final class Numbers {
  private static final String UNITS = "KMGT";

  private Numbers() {}

  /** A number of 64 bits: hexadecimal with 0x, else decimal. */
  static long parse(String text) {
    String digits = text.toLowerCase(Locale.ROOT);
    try {
      return digits.startsWith("0x")
          ? Long.parseUnsignedLong(digits.substring(2), 16)
          : Long.parseUnsignedLong(digits);
    } catch (NumberFormatException e) {
      throw new TypeConversionException(
          "'" + text + "' is no number of 64 bits: write hexadecimal with 0x, or decimal");
    }
  }

  /** As {@link #parse}, optionally with a unit of powers of 1,024: K, M, G or T. */
  static long parseSize(String text) {
    int unit =
        text.isEmpty() ? -1 : UNITS.indexOf(Character.toUpperCase(text.charAt(text.length() - 1)));
    if (unit < 0) {
      return parse(text);
    }
    long value = parse(text.substring(0, text.length() - 1));
    int shift = 10 * (unit + 1);
    if (value < 0 || value > Long.MAX_VALUE >>> shift) {
      throw new TypeConversionException("'" + text + "' is more than 2^63 bytes");
    }
    return value << shift;
  }

  /** A paging mode by its label. */
  static PagingMode mode(String label) {
    return Arrays.stream(PagingMode.values())
        .filter(mode -> mode.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'" + label + "' is none of none, 2-level, pae, 4-level, 5-level"));
  }

  /** A profile by its label. */
  static Profile profile(String label) {
    try {
      return Profile.ofLabel(label);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /** A kind of stage 2 by its label. */
  static Stage2Kind stage2Kind(String label) {
    return Stage2Kind.of(label)
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'"
                        + label
                        + "' is none of "
                        + Arrays.stream(Stage2Kind.values())
                            .map(Stage2Kind::toString)
                            .collect(Collectors.joining(", "))));
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  /** Bytes with the largest unit that divides them: 4K, 2M, 96K. */
  static String size(long bytes) {
    int unit = bytes == 0 ? 0 : Math.min(Long.numberOfTrailingZeros(bytes) / 10, UNITS.length());
    return unit == 0 ? bytes + "B" : (bytes >>> (10 * unit)) + UNITS.substring(unit - 1, unit);
  }

  /** A count with commas. */
  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** Converts options of numbers. */
  static final class NumberConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return parse(text);
    }
  }

  /** Converts options of sizes and addresses with units. */
  static final class SizeConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return parseSize(text);
    }
  }
}
