package org.pagestamp.cli;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Slots written as text, such as {@code 0+128M:ram,0xffff0000+64K:rom}; {@code ram:log} logs dirty
 * pages.
 */
record SlotSpec(List<Slot> slots) {
  static final String SYNTAX = "BASE+SIZE:ram|rom[:log],...";

  private static final Pattern SLOT = Pattern.compile("(\\w+)\\+(\\w+):(ram|rom)(:log)?");

  /** One slot. */
  record Slot(long base, long size, Set<SlotFlag> flags) {}

  static SlotSpec parse(String text) {
    List<Slot> slots = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      Matcher matcher = SLOT.matcher(part.trim());
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "'" + part + "' is no slot: write " + SYNTAX + ", for example 0+128M:ram");
      }
      Set<SlotFlag> flags = EnumSet.noneOf(SlotFlag.class);
      if (matcher.group(3).equals("rom")) {
        flags.add(SlotFlag.READONLY);
      }
      if (matcher.group(4) != null) {
        flags.add(SlotFlag.LOG_DIRTY_PAGES);
      }
      slots.add(
          new Slot(
              Numbers.parseSize(matcher.group(1)), Numbers.parseSize(matcher.group(2)), flags));
    }
    return new SlotSpec(List.copyOf(slots));
  }

  /** Bytes of all slots, or {@link Long#MAX_VALUE} if they are more. */
  long bytes() {
    long bytes = 0;
    for (Slot slot : slots) {
      bytes = Math.max(0, slot.size()) + bytes;
      if (bytes < 0) {
        return Long.MAX_VALUE;
      }
    }
    return bytes;
  }

  /**
   * Adds the slots, one after the other in {@code memory}.
   *
   * @throws IllegalArgumentException if a slot is none
   */
  void addTo(SlotLayout.Builder builder, MemorySegment memory) {
    long offset = 0;
    for (Slot slot : slots) {
      builder.slot(slot.base(), slot.size(), slot.flags(), Backing.of(memory, offset));
      offset += slot.size();
    }
  }

  /** Converts the option. */
  static final class Converter implements ITypeConverter<SlotSpec> {
    @Override
    public SlotSpec convert(String text) {
      return parse(text);
    }
  }
}
