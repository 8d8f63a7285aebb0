package org.pagestamp.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.pagestamp.conformance.MemoryKind;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads kinds of memory as {@code long-array}. */
final class MemoryKindConverter implements ITypeConverter<MemoryKind> {
  @Override
  public MemoryKind convert(String text) {
    for (MemoryKind kind : MemoryKind.values()) {
      if (name(kind).equals(text)) {
        return kind;
      }
    }
    throw new TypeConversionException(
        "'"
            + text
            + "' is none of "
            + Arrays.stream(MemoryKind.values())
                .map(MemoryKindConverter::name)
                .collect(Collectors.joining(", ")));
  }

  private static String name(MemoryKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
