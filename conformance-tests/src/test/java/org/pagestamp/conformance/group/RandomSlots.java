package org.pagestamp.conformance.group;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;

/**
 * The shape of a slot layout, of which several copies with memory of their own can be made: bases,
 * sizes, flags, the kind of memory of each, and whether all lie in one segment.
 */
final class RandomSlots {
  private record Shape(long baseGpa, long byteSize, Set<SlotFlag> flags, MemoryKind kind) {}

  private final List<VectorSlot> slots;
  private final List<Shape> shapes = new ArrayList<>();
  private final boolean shared;
  private final UpdateMode updateMode;
  private final int order;

  private RandomSlots(Role role, int count, Random random) {
    order = random.nextInt();
    shared = count > 64 || random.nextInt(5) < 2;
    updateMode = random.nextInt(3) > 0 ? UpdateMode.ATOMIC : UpdateMode.SINGLE_VCPU;
    List<MemoryKind> kinds = kinds(role.mode());
    MemoryKind common = kinds.get(random.nextInt(kinds.size()));
    int logPercent = new int[] {0, 50, 100}[random.nextInt(3)];
    slots = RandomLayouts.slots(role, count, random);
    for (VectorSlot slot : slots) {
      Set<SlotFlag> flags = EnumSet.noneOf(SlotFlag.class);
      if (slot.readOnly()) {
        flags.add(SlotFlag.READONLY);
      }
      if (random.nextInt(100) < logPercent) {
        flags.add(SlotFlag.LOG_DIRTY_PAGES);
      }
      MemoryKind kind = shared ? common : kinds.get(random.nextInt(kinds.size()));
      shapes.add(new Shape(slot.baseGpa(), slot.byteSize(), flags, kind));
    }
  }

  /** A shape of 1 to 64 slots. */
  static RandomSlots of(Role role, Random random) {
    return new RandomSlots(role, RandomLayouts.count(random), random);
  }

  /** A shape of {@code count} slots. */
  static RandomSlots of(Role role, int count, Random random) {
    return new RandomSlots(role, count, random);
  }

  private List<MemoryKind> kinds(PagingMode mode) {
    List<MemoryKind> kinds = new ArrayList<>(List.of(MemoryKind.values()));
    kinds.remove(MemoryKind.MAPPED_FILE); // a file for each guest takes longer than its walks
    kinds.removeIf(
        kind -> updateMode == UpdateMode.ATOMIC && kind.updateMode(mode) == UpdateMode.SINGLE_VCPU);
    return kinds;
  }

  /** A copy with zeroed memory. */
  GuestCopy copy() {
    Arena arena = Arena.ofAuto();
    long total = shapes.stream().mapToLong(Shape::byteSize).sum();
    MemorySegment all = shared ? shapes.getFirst().kind().allocate(total, arena) : null;
    List<MemorySegment> memories = new ArrayList<>();
    long offset = 0;
    for (Shape shape : shapes) {
      memories.add(
          shared
              ? all.asSlice(offset, shape.byteSize())
              : shape.kind().allocate(shape.byteSize(), arena));
      offset += shape.byteSize();
    }
    return new GuestCopy(layout(all, memories), memories);
  }

  private SlotLayout layout(MemorySegment all, List<MemorySegment> memories) {
    List<Integer> places = new ArrayList<>();
    long[] offsets = new long[shapes.size()];
    for (int i = 0; i < offsets.length; i++) {
      places.add(i);
      offsets[i] = i == 0 || !shared ? 0 : offsets[i - 1] + shapes.get(i - 1).byteSize();
    }
    Collections.shuffle(places, new Random(order));
    SlotLayout.Builder builder = SlotLayout.builder().updateMode(updateMode);
    for (int i : places) {
      Shape shape = shapes.get(i);
      builder.slot(
          shape.baseGpa(),
          shape.byteSize(),
          shape.flags(),
          shape
              .kind()
              .backing(
                  shared ? all : memories.get(i), offsets[i], shape.baseGpa(), shape.byteSize()));
    }
    return builder.build();
  }

  /** The gpas of up to {@code most} pages, spread over all slots. */
  List<Long> pages(int most, Random random) {
    return RandomLayouts.pages(slots, most, random);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Shape shape : shapes.subList(0, Math.min(64, shapes.size()))) {
      text.append(
          String.format(
              "  0x%x, 0x%x bytes, %s, %s%n",
              shape.baseGpa(), shape.byteSize(), shape.flags(), shape.kind()));
    }
    return shapes.size()
        + " slots, "
        + updateMode
        + (shared ? ", in one segment" : ", a segment each")
        + System.lineSeparator()
        + text;
  }
}
