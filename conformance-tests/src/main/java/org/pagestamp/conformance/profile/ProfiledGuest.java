package org.pagestamp.conformance.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.profile.Profile;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemoryAccessor;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * A guest of one chain of tables, walked as a profile has it. Each table is a slot of its own, with
 * a dirty log. Everything is allowed, and all accessed and dirty bits are set; rows change that.
 */
final class ProfiledGuest implements AutoCloseable {
  /** A byte in the page; every level's table is used at an index of its own. */
  static final long GVA = 1L << 30 | 2L << 21 | 3L << 12 | 0x123;

  /** The page that is mapped. */
  static final long PAGE = 0x8000;

  static final long P = 1L;
  static final long W = 1L << 1;
  static final long U = 1L << 2;
  static final long A = 1L << 5;
  static final long D = 1L << 6;
  static final long PS = 1L << 7;

  private static final String[] ENTRIES = {"", "PTE", "PDE", "PDPTE", "PML4E", "PML5E"};

  private final Profile profile;
  private final WalkerSubject walkers;
  private final Registers registers;
  private final CpuFeatures cpu;
  private final Role role;
  private final Machine machine;
  private final Walker walker;
  private final VcpuState vcpu = new VcpuState();

  private ProfiledGuest(Builder made, Role role, Machine machine) {
    profile = made.profile;
    walkers = made.walkers;
    registers = made.registers;
    cpu = made.cpu;
    this.role = role;
    this.machine = machine;
    for (int level = 1; level <= role.mode().topLevel(); level++) {
      boolean pdpte = role.mode() == PagingMode.PAE && level == 3;
      long bits = pdpte ? P : level == 1 ? P | W | U | A | D : P | W | U | A;
      if (machine.hasMemory(table(level))) {
        put(level, (level == 1 ? PAGE : table(level - 1)) | bits);
      }
    }
    walker = walkers.engine().walker(role, machine.layout());
  }

  /** Begins a guest in a mode with nothing beside. */
  static Builder of(Profile profile, WalkerSubject walkers, PagingMode mode) {
    return new Builder(profile, walkers, Registers.of(mode));
  }

  /** Begins a guest. */
  static Builder of(Profile profile, WalkerSubject walkers, Registers registers) {
    return new Builder(profile, walkers, registers);
  }

  /** Collects what a guest is made of. */
  static final class Builder {
    private final Profile profile;
    private final WalkerSubject walkers;
    private final Registers registers;
    private CpuFeatures cpu = CpuFeatures.intel(46);
    private int readOnly;
    private int hole;
    private UnaryOperator<MemoryAccessor> around;

    private Builder(Profile profile, WalkerSubject walkers, Registers registers) {
      this.profile = profile;
      this.walkers = walkers;
      this.registers = registers;
    }

    Builder cpu(CpuFeatures features) {
      cpu = features;
      return this;
    }

    /** The table of this level is in a read-only slot. */
    Builder readOnly(int level) {
      readOnly = level;
      return this;
    }

    /** The table of this level is in no slot. */
    Builder hole(int level) {
      hole = level;
      return this;
    }

    /** Memory is behind accessors, which this makes of plain ones. */
    Builder around(UnaryOperator<MemoryAccessor> accessors) {
      around = accessors;
      return this;
    }

    ProfiledGuest build() {
      Role role = profile.role(Registers.PAGING, registers.allOfCr4(), registers.efer(), cpu);
      List<VectorSlot> slots = new ArrayList<>();
      for (int level = 1; level <= role.mode().topLevel(); level++) {
        if (level != hole) {
          slots.add(new VectorSlot(table(level), MemSlot.PAGE_SIZE, level == readOnly));
        }
      }
      slots.add(new VectorSlot(PAGE, MemSlot.PAGE_SIZE, false));
      Machine machine =
          around == null
              ? new Machine(role, slots, walkers.memoryKind())
              : new Machine(role, slots, around);
      return new ProfiledGuest(this, role, machine);
    }

    /** The guest with CR3 loaded. */
    ProfiledGuest start() {
      ProfiledGuest guest = build();
      Cr3Load load = guest.loadCr3();
      if (load != Cr3Load.LOADED) {
        throw new IllegalStateException("CR3: " + load);
      }
      return guest;
    }
  }

  /** Where the table of a level is. */
  static long table(int level) {
    return 0x1000L * level;
  }

  /** What an entry of a level is called. */
  static String name(int level) {
    return ENTRIES[level];
  }

  private int width() {
    return role.mode().entryBytes();
  }

  /** Where the entry of a level is. */
  static long place(PagingMode mode, int level) {
    return table(level) + (long) mode.level(level).index(GVA) * mode.entryBytes();
  }

  private long place(int level) {
    return place(role.mode(), level);
  }

  /** The entry of a level. */
  long entry(int level) {
    return machine.load(place(level), width());
  }

  /** Stores an entry, in a read-only slot as well. */
  void put(int level, long value) {
    machine.store(place(level), value, width());
  }

  /** Sets bits of an entry. */
  void set(int level, long bits) {
    put(level, entry(level) | bits);
  }

  /** Clears bits of an entry. */
  void clear(int level, long bits) {
    put(level, entry(level) & ~bits);
  }

  /** Clears accessed and dirty bits of all entries that have them. */
  void clearAccessedDirty() {
    for (int level = 1; level <= role.mode().topLevelInMemory(); level++) {
      clear(level, level == 1 ? A | D : A);
    }
  }

  /** The entries with A, the root's first; {@code none} if there are none. */
  String accessed() {
    List<String> names = new ArrayList<>();
    for (int level = role.mode().topLevelInMemory(); level > 0; level--) {
      if ((entry(level) & A) != 0) {
        names.add(name(level));
      }
    }
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  /** How many table pages the dirty logs have. */
  long dirtyTables() {
    return machine.layout().slots().stream().mapToLong(slot -> slot.dirtyLog().count()).sum();
  }

  Role role() {
    return role;
  }

  VcpuState vcpu() {
    return vcpu;
  }

  Cr3Load loadCr3() {
    return vcpu.loadCr3(table(role.mode().topLevel()), role, machine.layout());
  }

  long walk(int access) {
    return walker.walk(vcpu, GVA, access);
  }

  long walk(long gva, int access) {
    return walker.walk(vcpu, gva, access);
  }

  long probe(int access) {
    return walker.probe(vcpu, GVA, access);
  }

  /** A whole virtual CPU over the same memory, in the guest's mode. */
  Mmu mmu() {
    Mmu mmu =
        profile
            .apply(Mmu.builder().memory(machine.layout()).walkers(walkers.engine()::walker), cpu)
            .build();
    mmu.restore(
        Registers.PAGING, table(role.mode().topLevel()), registers.allOfCr4(), registers.efer());
    return mmu;
  }

  @Override
  public void close() {
    machine.close();
  }
}
