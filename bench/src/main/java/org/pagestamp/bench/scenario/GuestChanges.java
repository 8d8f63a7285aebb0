package org.pagestamp.bench.scenario;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;

/** A guest that changes its role and its slots, never so that its tables would mean another. */
final class GuestChanges {
  private static final long CR0 = 0x8000_0011L;
  private static final long CR4_PAE = 1L << 5;
  private static final long EFER = 0xD00;
  private static final CpuFeatures CPU = CpuFeatures.intel(46);
  private static final long ADDED = 1L << 40;

  /** How many layouts the guest may go back to. */
  private static final int KNOWN = 16;

  private static final int FEW_SLOTS = 6;
  private static final int MANY_SLOTS = 10;

  private final TableImage image;
  private final Random random;
  private final List<List<MemSlot>> known = new ArrayList<>();
  private long nextSlot = ADDED;

  GuestChanges(TableImage image, long seed) {
    this.image = image;
    this.random = new Random(seed);
    known.add(image.layout().slots());
  }

  /** One of eight roles, made from registers as an emulator has them. */
  Role flippedRole() {
    int bits = random.nextInt(8);
    long wp = (bits & 1L) << 16;
    long smepAndSmap = (bits >>> 1 & 3L) << 20;
    return Role.fromRegisters(CR0 | wp, CR4_PAE | smepAndSmap, EFER, CPU);
  }

  /** A small slot more or less; half of the time the slots of an earlier layout. */
  List<MemSlot> changedSlots() {
    List<MemSlot> slots = known.get(random.nextInt(known.size()));
    if (random.nextBoolean()) {
      return slots;
    }
    List<MemSlot> changed = new ArrayList<>(slots);
    boolean less = slots.size() >= MANY_SLOTS || (slots.size() > FEW_SLOTS && random.nextBoolean());
    if (less) {
      changed.remove(1 + random.nextInt(slots.size() - 1)); // the first holds the tables
    } else {
      changed.add(newSlot());
    }
    if (known.size() < KNOWN) {
      known.add(changed);
    } else {
      known.set(1 + random.nextInt(KNOWN - 1), changed);
    }
    return changed;
  }

  /** A page of memory where no slot has been. */
  private MemSlot newSlot() {
    long base = nextSlot;
    nextSlot += MemSlot.PAGE_SIZE;
    return SlotLayout.builder()
        .slot(
            base,
            MemSlot.PAGE_SIZE,
            EnumSet.noneOf(SlotFlag.class),
            image.layout().slots().getFirst().backing())
        .build()
        .slots()
        .getFirst();
  }

  /** A layout of these slots. */
  static SlotLayout layout(List<MemSlot> slots) {
    SlotLayout.Builder builder = SlotLayout.builder();
    slots.forEach(builder::slot);
    return builder.build();
  }
}
