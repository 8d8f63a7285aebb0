package org.pagestamp.conformance.group;

import static org.pagestamp.conformance.rules.PagingRules.G;
import static org.pagestamp.conformance.rules.PagingRules.PCD;
import static org.pagestamp.conformance.rules.PagingRules.PS;
import static org.pagestamp.conformance.rules.PagingRules.PWT;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/**
 * Pages of 4 KiB, 2 MiB, 4 MiB (with every PSE-36 frame) and 1 GiB: the gpa of their first, last
 * and middle 4-KiB pages; PAT, PCD, PWT, G and key of each; whether a slot holds the 4-KiB page,
 * where slots end inside a large page.
 */
final class LargePagesGroup implements CaseGroup {
  private static final CpuFeatures CPU = new CpuFeatures(52, true, false);
  private static final long FOUR_GIG = 1L << 32;
  private static final int[] ACCESSES = {Access.READ | Access.USER, Access.WRITE, Access.FETCH};

  @Override
  public String name() {
    return "large";
  }

  @Override
  public String purpose() {
    return "pages of each size: addresses inside, PSE-36, PAT, G, key, and ends of slots";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return mode != PagingMode.NO_PAGING;
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    Role role = Roles.of(mode, CPU, Control.WP, Control.NXE, Control.PSE, Control.PKE);
    if (!trial.subject().knows(role)) {
      trial.skipped(1);
      return;
    }
    TableChain chain = TableChain.of(mode);
    for (int leaf = 1; leaf <= chain.top() && !trial.stopped(); leaf++) {
      if (leaf == 1 || new PagingRules(role).hasLargePages(leaf)) {
        run(role, chain, leaf, trial);
      }
    }
  }

  private void run(Role role, TableChain chain, int leaf, Trial trial) {
    long size = 1L << PagingRules.shift(role.mode(), leaf);
    List<Long> frames = frames(role.mode(), leaf, size);
    try (JudgedMachine machine = new JudgedMachine(this, trial, role, slots(chain, frames, size))) {
      chain.write(machine, TableChain.ALL_RIGHTS);
      boolean _ = machine.loadCr3(chain.table(chain.top()));
      for (long frame : frames) {
        for (int attributes = 0; attributes < 64; attributes++) {
          if (trial.stopped()) {
            return;
          }
          int key = PagingRules.isLong(role.mode()) ? (attributes * 5 + 3) & 0xF : 0;
          machine.keys(attributes % 3 == 0 ? 1 << (2 * key) : 0, 0);
          machine.store(
              chain.entryGpa(leaf),
              entry(role.mode(), leaf, frame)
                  | attributes(leaf, attributes)
                  | (long) key << PagingRules.KEY_SHIFT);
          walkInside(machine, chain, size);
        }
      }
    }
  }

  /** Frames from the first on, and every address bit that a frame can have. */
  private static List<Long> frames(PagingMode mode, int leaf, long size) {
    List<Long> frames = new ArrayList<>();
    boolean narrow = PagingRules.entryBytes(mode) == 4;
    int bits = !narrow ? 52 : leaf == 2 ? 36 : 32;
    for (long frame = size; frame < 1L << bits; frame <<= 1) {
      frames.add(frame);
    }
    frames.add((1L << bits) - size);
    for (long high = 0; narrow && leaf == 2 && high < 16; high++) {
      frames.add(high * FOUR_GIG + 0x8040_0000L);
    }
    return frames;
  }

  private static long entry(PagingMode mode, int leaf, long frame) {
    long size = leaf == 1 ? 0 : PS;
    if (PagingRules.entryBytes(mode) == 4) {
      return (frame & 0xFFFF_FFFFL) | (frame >>> 32) << 13 | size | TableChain.ALL_RIGHTS;
    }
    return frame | size | TableChain.ALL_RIGHTS;
  }

  /** PWT, PCD, PAT, G and two ignored bits, from the bits of a number. */
  private static long attributes(int leaf, int number) {
    long pat = leaf == 1 ? PS : 1L << 12;
    return ((number & 1) != 0 ? PWT : 0)
        | ((number & 2) != 0 ? PCD : 0)
        | ((number & 4) != 0 ? pat : 0)
        | ((number & 8) != 0 ? G : 0)
        | (number & 0x30L) << 5;
  }

  /** The tables, and the second and the last 4-KiB page of some of the large ones. */
  private static List<VectorSlot> slots(TableChain chain, List<Long> frames, long size) {
    List<VectorSlot> slots = new ArrayList<>(List.of(chain.slot()));
    for (int i = 0; i < frames.size(); i += 2) {
      addIfFree(
          slots, new VectorSlot(frames.get(i) + ((size & 0x1000) ^ 0x1000), 0x1000, i % 4 == 0));
      addIfFree(slots, new VectorSlot(frames.get(i) + size - 0x1000, 0x1000, i % 4 != 0));
    }
    return slots;
  }

  private static void addIfFree(List<VectorSlot> slots, VectorSlot slot) {
    for (VectorSlot other : slots) {
      if (other.contains(slot.baseGpa())) {
        return;
      }
    }
    slots.add(slot);
  }

  private static void walkInside(JudgedMachine machine, TableChain chain, long size) {
    long first = chain.gva() & -size;
    for (long page : new long[] {0, 0x1000, size / 2, size - 0x2000, size - 0x1000}) {
      for (int access : ACCESSES) {
        machine.access(first + (page & (size - 1)) + 0xABC, access);
      }
    }
  }
}
