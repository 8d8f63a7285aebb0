package org.pagestamp.bench.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;

/**
 * Builds a {@link TableImage}: a tree of tables in which every table of a level has the same number
 * of entries, in frames drawn at random from the slots that hold tables.
 */
final class ImageBuilder {
  private static final ValueLayout.OfInt SHORT_ENTRY =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long SEED = 20260101;

  private static final int LEAST_GVAS = 2048;

  private final ImageSpec spec;
  private final Role role;
  private final int[] fanOut;
  private final List<SlotShape.Range> ranges;
  private final List<SlotShape.Range> pageSlots;
  private final Random random = new Random(SEED);
  private final MemorySegment memory;
  private final TableFrames tableFrames;
  private final LongStream.Builder gvas = LongStream.builder();
  private final LongStream.Builder entryGpas = LongStream.builder();
  private final LongStream.Builder entryValues = LongStream.builder();

  ImageBuilder(ImageSpec spec) {
    this.spec = spec;
    role = role(spec.mode());
    fanOut =
        spec.mode() == PagingMode.NO_PAGING
            ? new int[0]
            : spec.workingSet().fanOut(spec.mode(), spec.leafLevel());
    ranges = spec.slots().ranges(Math.max(spec.workingSet().mainBytes(), pageBytes()));
    tableFrames = new TableFrames(random, ranges);
    pageSlots = ranges.stream().filter(SlotShape.Range::holdsPages).toList();
    if (spec.memory().isOnHeap() && ranges.size() > 1) {
      throw new IllegalArgumentException("memory on the heap is one slot");
    }
    long byteSize = SlotShape.span(ranges);
    memory =
        spec.memory() == SlotMemory.MAPPED_FILE
            ? HostMemory.mapFile(byteSize)
            : HostMemory.allocate(byteSize);
  }

  /** Room for two pages at least; not more than 2 GiB, up to which offsets are of 32 bits. */
  private long pageBytes() {
    return switch (spec.leafLevel()) {
      case 2 -> 1L << 30;
      case 3 -> 2L << 30;
      default -> 0;
    };
  }

  static Role role(PagingMode mode) {
    Set<Control> controls = EnumSet.of(Control.WP, Control.PSE, Control.NXE, Control.SMEP);
    controls.retainAll(Control.relevantIn(mode));
    return Role.of(mode, CpuFeatures.intel(46), controls.toArray(Control[]::new));
  }

  TableImage build() {
    long cr3 = 0;
    if (fanOut.length == 0) {
      for (int i = 0; i < LEAST_GVAS; i++) {
        gvas.add(pageFrame(MemSlot.PAGE_SIZE));
      }
    } else {
      cr3 = tableFrames.next();
      fill(spec.mode().levels().getFirst(), cr3, 0);
    }
    int offsets = spec.leafLevel() == 0 ? 1 : (int) MemSlot.PAGE_SIZE;
    long[] addresses =
        Gvas.inRandomOrder(gvas.build().toArray(), spec.workingSet().window(), offsets, random);
    MemorySegment walked = memory;
    SlotLayout layout;
    if (spec.memory().isOnHeap()) {
      long[] words = memory.asSlice(0, ranges.getFirst().byteSize()).toArray(ChangedEntries.ENTRY);
      walked = MemorySegment.ofArray(words);
      layout = heapLayout(words);
    } else if (spec.memory() == SlotMemory.SHUFFLED_SEGMENT) {
      layout = shuffledLayout();
    } else {
      layout = nativeLayout();
    }
    return new TableImage(
        role,
        layout,
        memory,
        cr3,
        spec.leafLevel(),
        spec.accessedDirty().access(),
        addresses,
        Math.min(spec.workingSet().window(), addresses.length),
        new ChangedEntries(walked, entryGpas.build().toArray(), entryValues.build().toArray()));
  }

  private void fill(PagingLevel level, long table, long gva) {
    int count = fanOut[role.mode().topLevel() - level.number()];
    boolean leaf = level.number() == spec.leafLevel();
    // Addresses stay in the lower half, which is canonical in every mode.
    int entries = level.number() >= 4 ? level.entries() / 2 : level.entries();
    // Neighbours share cache lines, as the entries of a program's pages do.
    int first = random.nextInt(entries / count) * count;
    for (int i = 0; i < count; i++) {
      int index =
          spec.workingSet().isScattered()
              ? i * (entries / count) + random.nextInt(entries / count)
              : first + i;
      long target = leaf ? pageFrame(level.pageSize()) : tableFrames.next();
      store(table + (long) index * role.mode().entryBytes(), target | flags(level, leaf));
      long mapped = gva | (long) index << level.shift();
      if (leaf) {
        gvas.add(mapped);
      } else {
        fill(role.mode().level(level.number() - 1), target, mapped);
      }
    }
  }

  private void store(long gpa, long entry) {
    if (role.mode().entryBytes() == Integer.BYTES) {
      memory.set(SHORT_ENTRY, gpa, (int) entry);
      return;
    }
    memory.set(ChangedEntries.ENTRY, gpa, entry);
    if (spec.accessedDirty() != AccessedDirtyState.HOT && !spec.slots().hasTablesInRom()) {
      entryGpas.add(gpa);
      entryValues.add(entry);
    }
  }

  private long flags(PagingLevel level, boolean leaf) {
    if (role.mode() == PagingMode.PAE && level.number() == 3) {
      return EntryBits.P;
    }
    long size = leaf && level.number() > 1 ? EntryBits.PS : 0;
    return EntryBits.P | EntryBits.W | EntryBits.U | size | spec.accessedDirty().bits(leaf);
  }

  /** A page; several addresses may share one, and tables may be in it: nothing reads pages. */
  private long pageFrame(long pageSize) {
    return TableFrames.any(random, pageSlots, pageSize);
  }

  private SlotLayout nativeLayout() {
    return SlotShape.layout(
        ranges,
        slot ->
            spec.memory() == SlotMemory.SEGMENT_PER_SLOT
                ? Backing.of(memory.asSlice(slot.base(), slot.byteSize()))
                : Backing.of(memory, slot.base()));
  }

  /** The slots' tables in a segment of their own, each slot where another of its size was. */
  private SlotLayout shuffledLayout() {
    if (spec.accessedDirty() != AccessedDirtyState.HOT) {
      throw new IllegalArgumentException("entries of a shuffled copy cannot be put back");
    }
    MemorySegment shuffled = HostMemory.allocate(memory.byteSize());
    List<SlotShape.Range> places = new ArrayList<>(ranges);
    Collections.shuffle(places, random);
    Iterator<SlotShape.Range> next = places.iterator();
    return SlotShape.layout(
        ranges,
        slot -> {
          long place = next.next().base();
          copyTables(slot, shuffled, place);
          return Backing.of(shuffled, place);
        });
  }

  private void copyTables(SlotShape.Range slot, MemorySegment target, long place) {
    int end = Math.toIntExact((slot.base() + slot.byteSize()) >>> MemSlot.PAGE_SHIFT);
    int gfn = tableFrames.nextUsed(Math.toIntExact(slot.base() >>> MemSlot.PAGE_SHIFT));
    for (; gfn >= 0 && gfn < end; gfn = tableFrames.nextUsed(gfn + 1)) {
      long gpa = (long) gfn << MemSlot.PAGE_SHIFT;
      MemorySegment.copy(memory, gpa, target, gpa - slot.base() + place, MemSlot.PAGE_SIZE);
    }
  }

  private SlotLayout heapLayout(long[] words) {
    Backing backing =
        spec.memory() == SlotMemory.LONG_ARRAY
            ? Backing.of(words)
            : Backing.of(new ArrayAccessor(words));
    return SlotShape.layout(ranges, _ -> backing);
  }
}
