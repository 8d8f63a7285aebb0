package org.pagestamp.bench.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumSet;
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
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;

/**
 * Builds a {@link TableImage}: a tree of tables in which every table of a level has the same number
 * of entries, in frames drawn at random from the slots that hold tables.
 */
final class ImageBuilder {
  private static final ValueLayout.OfInt SHORT_ENTRY =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long SEED = 20260101;

  /** Walks of more addresses than these touch a sample of the tables. */
  private static final int MOST_GVAS = 1 << 20;

  private static final int LEAST_GVAS = 2048;

  private final ImageSpec spec;
  private final Role role;
  private final int[] fanOut;
  private final List<SlotShape.Range> ranges;
  private final List<SlotShape.Range> tableSlots;
  private final List<SlotShape.Range> pageSlots;
  private final Random random = new Random(SEED);
  private final MemorySegment memory;
  private final BitSet usedFrames = new BitSet();
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
    tableSlots = ranges.stream().filter(SlotShape.Range::holdsTables).toList();
    pageSlots = ranges.stream().filter(SlotShape.Range::holdsPages).toList();
    if (spec.memory().isOnHeap() && ranges.size() > 1) {
      throw new IllegalArgumentException("memory on the heap is one slot");
    }
    long end = ranges.getLast().base() + ranges.getLast().byteSize();
    // A power of two, so that the chase can keep addresses inside by a mask.
    long byteSize = Long.highestOneBit(end - 1) << 1;
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

  private static Role role(PagingMode mode) {
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
      cr3 = tableFrame();
      fill(spec.mode().levels().getFirst(), cr3, 0);
    }
    long[] addresses = addresses();
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
      long target = leaf ? pageFrame(level.pageSize()) : tableFrame();
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

  /** A frame that no other table is in. */
  private long tableFrame() {
    while (true) {
      long frame = anyFrame(tableSlots, MemSlot.PAGE_SIZE);
      int gfn = Math.toIntExact(frame >>> MemSlot.PAGE_SHIFT);
      if (!usedFrames.get(gfn)) {
        usedFrames.set(gfn);
        return frame;
      }
    }
  }

  /** A page; several addresses may share one, and tables may be in it: nothing reads pages. */
  private long pageFrame(long pageSize) {
    return anyFrame(pageSlots, pageSize);
  }

  private long anyFrame(List<SlotShape.Range> slots, long size) {
    SlotShape.Range slot = slots.get(random.nextInt(slots.size()));
    return slot.base() + random.nextLong(slot.byteSize() / size) * size;
  }

  /** Every page as often as fills a window, but not above {@link #MOST_GVAS}; in random order. */
  private long[] addresses() {
    long[] pages = gvas.build().toArray();
    int pageSize = spec.leafLevel() == 0 ? 1 : (int) MemSlot.PAGE_SIZE;
    int rounds = Math.max(1, spec.workingSet().window() / pages.length);
    long[] addresses = new long[Math.min(pages.length * rounds, MOST_GVAS)];
    for (int start = 0; start < addresses.length; start += pages.length) {
      shuffle(pages);
      for (int i = 0; i < pages.length && start + i < addresses.length; i++) {
        addresses[start + i] = pages[i] | random.nextInt(pageSize);
      }
    }
    return addresses;
  }

  private void shuffle(long[] array) {
    for (int i = array.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      long held = array[i];
      array[i] = array[j];
      array[j] = held;
    }
  }

  private SlotLayout nativeLayout() {
    SlotLayout.Builder builder = SlotLayout.builder();
    for (SlotShape.Range slot : ranges) {
      Backing backing =
          spec.memory() == SlotMemory.SEGMENT_PER_SLOT
              ? Backing.of(memory.asSlice(slot.base(), slot.byteSize()))
              : Backing.of(memory, slot.base());
      Set<SlotFlag> flags = EnumSet.noneOf(SlotFlag.class);
      if (slot.readOnly()) {
        flags.add(SlotFlag.READONLY);
      }
      builder.slot(slot.base(), slot.byteSize(), flags, backing);
    }
    return builder.build();
  }

  /** The slots' tables in a segment of their own, each slot where another of its size was. */
  private SlotLayout shuffledLayout() {
    if (spec.accessedDirty() != AccessedDirtyState.HOT) {
      throw new IllegalArgumentException("entries of a shuffled copy cannot be put back");
    }
    MemorySegment shuffled = HostMemory.allocate(memory.byteSize());
    List<SlotShape.Range> places = new ArrayList<>(ranges);
    Collections.shuffle(places, random);
    SlotLayout.Builder builder = SlotLayout.builder();
    for (int i = 0; i < ranges.size(); i++) {
      SlotShape.Range slot = ranges.get(i);
      long place = places.get(i).base();
      int end = Math.toIntExact((slot.base() + slot.byteSize()) >>> MemSlot.PAGE_SHIFT);
      int gfn = usedFrames.nextSetBit(Math.toIntExact(slot.base() >>> MemSlot.PAGE_SHIFT));
      for (; gfn >= 0 && gfn < end; gfn = usedFrames.nextSetBit(gfn + 1)) {
        long gpa = (long) gfn << MemSlot.PAGE_SHIFT;
        MemorySegment.copy(memory, gpa, shuffled, gpa - slot.base() + place, MemSlot.PAGE_SIZE);
      }
      builder.slot(
          slot.base(),
          slot.byteSize(),
          EnumSet.noneOf(SlotFlag.class),
          Backing.of(shuffled, place));
    }
    return builder.build();
  }

  private SlotLayout heapLayout(long[] words) {
    Backing backing =
        spec.memory() == SlotMemory.LONG_ARRAY
            ? Backing.of(words)
            : Backing.of(new ArrayAccessor(words));
    return SlotLayout.builder()
        .slot(0, ranges.getFirst().byteSize(), EnumSet.noneOf(SlotFlag.class), backing)
        .build();
  }
}
