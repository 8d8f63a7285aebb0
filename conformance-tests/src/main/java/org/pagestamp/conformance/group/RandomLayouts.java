package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;

/** Slots of random size, some adjacent, with holes between others; RAM, ROM or both. */
final class RandomLayouts {
  private static final long PAGE = MemSlot.PAGE_SIZE;
  private static final int[] COUNTS = {1, 1, 2, 3, 4, 5, 8, 9, 16, 33, 64};
  private static final int[] READ_ONLY_PERCENTS = {0, 0, 20, 50, 80, 100};

  private RandomLayouts() {}

  /** A number of slots, 1 to 64. */
  static int count(RandomGenerator random) {
    return COUNTS[random.nextInt(COUNTS.length)];
  }

  /** That many slots, lowest base first. */
  static List<VectorSlot> slots(Role role, int count, RandomGenerator random) {
    int readOnlyPercent = READ_ONLY_PERCENTS[random.nextInt(READ_ONLY_PERCENTS.length)];
    int longest = count > 64 ? 1 : count > 8 ? 2 : 12;
    long base = firstBase(role, random);
    List<VectorSlot> slots = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long size = random.nextInt(1, longest + 1) * PAGE;
      slots.add(new VectorSlot(base, size, random.nextInt(100) < readOnlyPercent));
      base += size + (random.nextBoolean() ? 0 : random.nextInt(1, 9) * PAGE);
    }
    return slots;
  }

  /** Low, around 4 GiB, or high in the CPU's address space. */
  private static long firstBase(Role role, RandomGenerator random) {
    return switch (random.nextInt(5)) {
      case 0 -> 0;
      case 1 -> (1L << 32) - random.nextInt(1, 40) * PAGE;
      case 2 ->
          role.mode() == PagingMode.TWO_LEVEL
              ? 0x1000_0000
              : (1L << Math.min(role.maxPhyAddr(), 51)) - random.nextInt(1, 200) * PAGE;
      default -> random.nextInt(0x8_0000) * PAGE;
    };
  }

  /** The gpas of up to {@code most} pages, spread over all slots. */
  static List<Long> pages(List<VectorSlot> slots, int most, RandomGenerator random) {
    List<Long> pages = new ArrayList<>();
    for (VectorSlot slot : slots) {
      for (long offset = 0; offset < slot.byteSize(); offset += PAGE) {
        pages.add(slot.baseGpa() + offset);
      }
    }
    Collections.shuffle(pages, random);
    return List.copyOf(pages.subList(0, Math.min(most, pages.size())));
  }
}
