package org.pagestamp.guest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Role;

/**
 * Puts a guest under a stage 2 that is made up, as a nested guest to try things on: its memory is
 * scattered over that of a host, and what stage 2 maps is the same as before.
 *
 * <p>Large pages of stage 2 map what has no page of which the files tell, 4-KiB pages all else. The
 * guest's ROM is a read-only slot of the host; stage 2 allows everything everywhere. Its accessed
 * and dirty bits are clear. The same guest and kind give the same tables.
 */
public final class UnderStage2 {
  private static final long SEED = 0x5717;
  private static final long PAGE = MemSlot.PAGE_SIZE;

  private final Guest guest;
  private final Stage2Kind kind;
  private final Stage2Role role;
  private final Stage2Format format;
  private final long largePage;
  private final Random random = new Random(SEED);
  private final List<Long> large = new ArrayList<>();
  private final List<Long> small = new ArrayList<>();
  private final List<Long> smallRom = new ArrayList<>();

  private UnderStage2(Guest guest, Stage2Kind kind, Stage2Role role) {
    this.guest = guest;
    this.kind = kind;
    this.role = role;
    format = role.format();
    largePage = format.level(2).pageSize();
  }

  /**
   * A nested guest with what {@code guest} has. It is another guest, with memory of its own: both
   * are to be closed.
   *
   * @throws GuestFormatException if the guest is nested already, or has memory at addresses that no
   *     such stage 2 translates
   */
  public static Guest of(Guest guest, Stage2Kind kind) throws GuestFormatException {
    return of(guest, kind, kind.role());
  }

  /**
   * The same with a role of stage 2 that differs.
   *
   * @param role of the kind, as a profile has it
   */
  public static Guest of(Guest guest, Stage2Kind kind, Stage2Role role)
      throws GuestFormatException {
    if (guest.nesting().isPresent()) {
      throw GuestFormatException.in(guest.name(), "is nested already");
    }
    UnderStage2 under = new UnderStage2(guest, kind, role);
    Arena arena = Arena.ofShared();
    try {
      Guest nested = under.build(arena);
      arena = null;
      return nested;
    } catch (IOException | IllegalArgumentException e) {
      throw GuestFormatException.in(guest.name(), "under " + kind + ": " + e.getMessage());
    } finally {
      if (arena != null) {
        arena.close();
      }
    }
  }

  private Guest build(Arena arena) throws GuestFormatException, IOException {
    sort();
    int entriesPerTable = (int) (PAGE / format.entryBytes());
    long pages = small.size() + 2L * small.size() / entriesPerTable + large.size() + 64;
    long pools = (pages * PAGE + largePage - 1) / largePage;
    List<Long> frames = new ArrayList<>();
    for (long i = 0; i < large.size() + pools; i++) {
      frames.add(i * largePage);
    }
    Collections.shuffle(frames, random);
    long ram = frames.size() * largePage;
    Frames free = new Frames(frames.subList(0, (int) pools), largePage, random);
    long rom = Math.max(1, smallRom.size()) * PAGE;
    if (format.gpaBits() == Integer.SIZE && ram >>> Integer.SIZE != 0) {
      throw new IllegalArgumentException("the host would need more than 4 GiB");
    }
    MemorySegment memory = SparseMemory.allocate(ram + rom, arena);
    SlotLayout layout =
        SlotLayout.builder()
            .updateMode(UpdateMode.ATOMIC)
            .ram(0, Backing.of(memory.asSlice(0, ram)))
            .rom(ram, Backing.of(memory.asSlice(ram, rom)))
            .build();

    Set<Long> held = new HashSet<>();
    Stage2Builder tables = new Stage2Builder(format, memory, free, held);
    for (int i = 0; i < large.size(); i++) {
      tables.map(large.get(i), frames.get((int) pools + i), 2);
    }
    for (long gpa : small) {
      place(gpa, free.next(), tables, memory, held);
    }
    List<Long> romFrames = new ArrayList<>();
    for (int i = 0; i < smallRom.size(); i++) {
      romFrames.add(ram + i * PAGE);
    }
    Collections.shuffle(romFrames, random);
    for (int i = 0; i < smallRom.size(); i++) {
      place(smallRom.get(i), romFrames.get(i), tables, memory, held);
    }
    return nested(layout, ram, rom, tables.root(), held, arena);
  }

  private Guest nested(
      SlotLayout layout, long ram, long rom, long root, Set<Long> held, Arena arena) {
    PhysicalMap map =
        PhysicalMap.of(
            List.of(
                new PhysicalMap.Range(0, ram, SlotKind.RAM),
                new PhysicalMap.Range(ram, rom, SlotKind.ROM)),
            SlotKind.HOLE);
    return new Guest(
        guest.name() + " under " + kind,
        guest.registers(),
        guest.role(),
        guest.vcpu(),
        new Guest.GuestMemoryImage(layout, map, held::contains, arena),
        guest.assumptions(),
        null,
        new Nesting(role, kind.spec(root).root()));
  }

  /** Tells what is mapped by pages of which size. */
  private void sort() {
    for (MemSlot slot : guest.layout().slots()) {
      long end = slot.baseGpa() + slot.byteSize();
      if (!format.holds(end - 1)) {
        throw new IllegalArgumentException(
            String.format("stage 2 has no address for the guest's memory at 0x%x", end - PAGE));
      }
      for (long gpa = slot.baseGpa(); gpa < end; ) {
        if (!slot.isReadOnly() && isEmpty(gpa, end)) {
          large.add(gpa);
          gpa += largePage;
        } else {
          (slot.isReadOnly() ? smallRom : small).add(gpa);
          gpa += PAGE;
        }
      }
    }
  }

  /** Whether a large page begins here, ends in the slot, and has nothing of which files tell. */
  private boolean isEmpty(long gpa, long end) {
    if ((gpa & (largePage - 1)) != 0 || end - gpa < largePage) {
      return false;
    }
    for (long page = gpa; page < gpa + largePage; page += PAGE) {
      if (guest.presence(page) == Presence.HELD) {
        return false;
      }
    }
    return true;
  }

  /** Maps a page, and copies it if the files tell of it. */
  private void place(
      long gpa, long frame, Stage2Builder tables, MemorySegment memory, Set<Long> held) {
    tables.map(gpa, frame, 1);
    if (guest.presence(gpa) == Presence.HELD) {
      MemSlot slot = guest.layout().find(gpa >>> MemSlot.PAGE_SHIFT);
      for (long at = 0; at < PAGE; at += Long.BYTES) {
        long word = slot.read(gpa + at, Long.BYTES);
        if (isPdpte(gpa + at)) {
          word &= ~EntryBits.A; // QEMU's, which no processor loads
        }
        if (word != 0) {
          memory.set(Stage2Builder.LONG, frame + at, word);
        }
      }
      held.add(frame >>> MemSlot.PAGE_SHIFT);
    }
  }

  private boolean isPdpte(long gpa) {
    long table = guest.registers().cr3() & PagingMode.PAE.rootMask();
    return guest.role().mode() == PagingMode.PAE
        && !guest.role().readsPdptes()
        && gpa >= table
        && gpa < table + 4 * Long.BYTES;
  }
}
