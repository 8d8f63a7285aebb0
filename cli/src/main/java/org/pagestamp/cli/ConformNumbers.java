package org.pagestamp.cli;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pagestamp.conformance.Shard;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The numbers of {@code pagestamp conform}. */
final class ConformNumbers {
  private static final Pattern SHARD = Pattern.compile("([0-9]{1,6})/([0-9]{1,6})");
  private static final long MOST_WALKS = 1_000_000_000_000_000L;

  private ConformNumbers() {}

  /** Reads {@code 2/8}. */
  static final class ShardConverter implements ITypeConverter<Shard> {
    @Override
    public Shard convert(String text) {
      Matcher matcher = SHARD.matcher(text);
      if (matcher.matches()) {
        int number = Integer.parseInt(matcher.group(1));
        int of = Integer.parseInt(matcher.group(2));
        if (number >= 1 && number <= of) {
          return new Shard(number, of);
        }
      }
      throw new TypeConversionException("'" + text + "' is no shard such as 1/4");
    }
  }

  /** Reads {@code 250000} and {@code 1e9}. */
  static final class Walks implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        long walks = new BigDecimal(text).longValueExact();
        if (walks >= 0 && walks <= MOST_WALKS) {
          return walks;
        }
      } catch (ArithmeticException | NumberFormatException e) {
        // said below
      }
      throw new TypeConversionException(
          "'" + text + "' is no number of walks such as 250000 or 1e9, at most 1e15");
    }
  }

  /** Reads a number of 64 bits. */
  static final class Seed implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        return Long.decode(text);
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + text + "' is no seed, a number of 64 bits");
      }
    }
  }
}
