package org.pagestamp.bench.image;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;
import org.pagestamp.walk.Access;

/**
 * Builds a {@link NestedImage}: a tree of the guest's tables as {@link ImageBuilder} makes it, in
 * frames that are drawn at random from the guest's memory; and stage 2 grown under it, which has
 * each of these frames anywhere in the slots.
 */
final class NestedImageBuilder {
  private static final long SEED = 20260202;
  private static final long FOUR_GIB = 4L << 30;

  private final NestedSpec spec;
  private final NestedRole role;
  private final Stage2Format format;
  private final long lowBytes;
  private final long highBytes;
  private final List<SlotShape.Range> ranges;
  private final Random random = new Random(SEED);
  private final TableFrames frames;
  private final MemorySegment memory;
  private final BitSet usedGuestFrames = new BitSet();
  private final LongStream.Builder gvas = LongStream.builder();
  private final long root;

  NestedImageBuilder(NestedSpec spec) {
    this.spec = spec;
    role = NestedRole.kvm(ImageBuilder.role(spec.guest()), spec.stage2().role());
    if (spec.guest().entryBytes() != Long.BYTES) {
      throw new IllegalArgumentException("no nested image in " + spec.guest().label());
    }
    format = role.stage2().format();
    long stage2Page = format.level(spec.stage2Leaf()).pageSize();
    lowBytes = spec.set().lowBytes(stage2Page);
    highBytes = spec.set().highBytes(stage2Page);
    ranges = spec.slots().ranges(spec.set().mainBytes(stage2Page));
    frames = new TableFrames(random, ranges);
    memory = HostMemory.allocate(SlotShape.span(ranges));
    root = frames.next();
  }

  NestedImage build() {
    long cr3 = guestFrame(lowBytes); // of 32 bits in PAE paging
    fill(spec.guest().levels().getFirst(), cr3, 0);
    long[] addresses =
        Gvas.inRandomOrder(
            gvas.build().toArray(), spec.set().window(), (int) MemSlot.PAGE_SIZE, random);
    return new NestedImage(
        role,
        SlotShape.layout(ranges, slot -> Backing.of(memory, slot.base())),
        memory,
        cr3,
        root,
        throughStage2(cr3),
        spec.stage2Leaf(),
        Access.USER,
        addresses,
        spec.set().window());
  }

  private void fill(PagingLevel level, long tableGpa, long gva) {
    int count = spec.set().fanOut(spec.guest())[spec.guest().topLevel() - level.number()];
    boolean leaf = level.number() == 1;
    long table = throughStage2(tableGpa);
    // Addresses stay in the lower half, which is canonical in every mode.
    int entries = level.number() >= 4 ? level.entries() / 2 : level.entries();
    int first = random.nextInt(entries / count) * count;
    for (int i = 0; i < count; i++) {
      int index =
          spec.set().isScattered()
              ? i * (entries / count) + random.nextInt(entries / count)
              : first + i;
      long target = guestFrame(lowBytes + highBytes);
      memory.set(
          ChangedEntries.ENTRY, table + (long) index * Long.BYTES, target | flags(level, leaf));
      long mapped = gva | (long) index << level.shift();
      if (leaf) {
        throughStage2(target);
        gvas.add(mapped);
      } else {
        fill(spec.guest().level(level.number() - 1), target, mapped);
      }
    }
  }

  private long flags(PagingLevel level, boolean leaf) {
    if (spec.guest() == PagingMode.PAE && level.number() == 3) {
      return EntryBits.P;
    }
    long rights = EntryBits.P | EntryBits.W | EntryBits.U;
    return rights | AccessedDirtyState.HOT.bits(leaf);
  }

  /** A frame of the guest's memory that nothing else is in. */
  private long guestFrame(long bytes) {
    while (true) {
      int number = random.nextInt(Math.toIntExact(bytes >>> MemSlot.PAGE_SHIFT));
      if (!usedGuestFrames.get(number)) {
        usedGuestFrames.set(number);
        long offset = (long) number << MemSlot.PAGE_SHIFT;
        return offset < lowBytes ? offset : FOUR_GIB + offset - lowBytes;
      }
    }
  }

  /** Where the slots have a guest's frame; gives it a place there if it has none. */
  private long throughStage2(long gpa) {
    long table = root;
    for (Stage2Level level : format.levels()) {
      boolean leaf = level.number() == spec.stage2Leaf();
      long at = table + (long) level.index(gpa) * Long.BYTES;
      long entry = memory.get(ChangedEntries.ENTRY, at);
      if (entry == 0) {
        long target = leaf ? frames.next(level.pageSize()) : frames.next();
        entry = target | spec.stage2().flags(level.number(), leaf);
        memory.set(ChangedEntries.ENTRY, at, entry);
      }
      if (leaf) {
        return level.pageGpa(entry, gpa);
      }
      table = entry & format.tableMask();
    }
    throw new IllegalArgumentException("stage 2 has no leaves at level " + spec.stage2Leaf());
  }
}
