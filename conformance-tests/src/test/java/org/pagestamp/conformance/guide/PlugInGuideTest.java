package org.pagestamp.conformance.guide;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pagestamp.access.GvaAccess;
import org.pagestamp.access.MmioHandler;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.codegen.TieredStamper;
import org.pagestamp.debug.DebugMemory;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.Role;
import org.pagestamp.profile.Profile;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.tlb.SoftwareTlb;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.PagingFeature;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * The samples of docs/plug-in-your-emulator.md compile, do what it says, and are those it shows.
 */
class PlugInGuideTest {
  private static final Path SOURCES = Path.of("src/test/java/org/pagestamp/conformance");
  private static final Path GUIDE = Path.of("..", "docs", "plug-in-your-emulator.md");

  private final List<String> events = new ArrayList<>();

  private static MemorySlots machine(MemorySegment ram, MemorySegment bios) {
    // guide: slots
    MemorySlots slots = new MemorySlots();
    slots.create(0, 0, ram.byteSize(), EnumSet.noneOf(SlotFlag.class), Backing.of(ram));
    slots.create(1, 0xFFFF_0000L, bios.byteSize(), EnumSet.of(SlotFlag.READONLY), Backing.of(bios));
    // end
    return slots;
  }

  /** A guest in 4-level paging whose page 0x400000 is page 0x5000, supervisor's and read-only. */
  private static MemorySlots guest(Arena arena) {
    // guide: memory
    MemorySegment ram = arena.allocate(16 << 20, 4096);
    MemorySegment bios = arena.allocate(64 << 10, 4096);
    // end
    MemorySlots slots = machine(ram, bios);
    MemSlot memory = slots.slot(0);
    memory.write(0x1000, 8, 0x2007);
    memory.write(0x2000, 8, 0x3007);
    memory.write(0x3010, 8, 0x4007);
    memory.write(0x4000, 8, 0x5007);
    memory.write(0x4008, 8, 0xFEC0_0003L);
    return slots;
  }

  private static void enterLongMode(Mmu mmu) {
    mmu.restore(0x8001_0001L, 0x1000, 0x20, 0x500);
  }

  @Test
  void theFirstTranslation() {
    try (Arena arena = Arena.ofShared()) {
      MemorySlots slots = guest(arena);
      long gva = 0x40_0123;
      // guide: mmu
      Stamper stamper = new Stamper(); // one for all virtual CPUs
      Mmu mmu =
          Mmu.builder()
              .memory(slots)
              .cpu(CpuFeatures.intel(40))
              .without(PagingFeature.LA57, PagingFeature.PKS)
              .walkers(stamper::stamp)
              .build();
      // end
      enterLongMode(mmu);
      // guide: translate
      long result = mmu.translate(gva, Access.USER | Access.WRITE);
      if (!WalkResult.isFault(result)) {
        access(WalkResult.gpa(result, gva));
      } else if (WalkResult.faultReason(result).isExit()) {
        leaveToHost(); // with a processor's profile: nothing for the guest
      } else if (WalkResult.isPageFault(result)) {
        raisePageFault(mmu.linearAddress(gva, Access.USER), WalkResult.errorCode(result));
      } else {
        raiseGeneralProtection(); // or #SS, if it is the stack's
      }
      // end
      assertEquals(List.of("access 5123"), events);
    }
  }

  @Test
  void aProfileWalksAsItsNamesake() {
    try (Arena arena = Arena.ofShared()) {
      MemorySlots slots = guest(arena);
      // guide: profile
      Mmu mmu =
          Profile.QEMU
              .apply(Mmu.builder(), CpuFeatures.intel(40))
              .memory(slots)
              .walkers(new Stamper()::stamp)
              .build();
      // end
      enterLongMode(mmu);
      long unmapped = mmu.translate(0x60_0000, Access.READ);
      assertTrue(WalkResult.isPageFault(unmapped));
      assertEquals(0x2027, slots.slot(0).read(0x1000, 8), "A is set above the fault");
    }
  }

  private void access(long gpa) {
    events.add("access " + Long.toHexString(gpa));
  }

  private void raisePageFault(long cr2, int errorCode) {
    throw GuestException.pageFault(cr2, errorCode);
  }

  private void raiseGeneralProtection() {
    throw GuestException.generalProtection(0);
  }

  private void leaveToHost() {
    throw new HostExit();
  }

  @Test
  void anExitIsNoneOfTheGuests() {
    try (Arena arena = Arena.ofShared()) {
      MemorySlots slots = guest(arena);
      Role role = Profile.AMD.role(0x8001_0001L, 0, 0, CpuFeatures.intel(40)); // 2-level paging
      Paging paging =
          new Paging(slots, (_, layout) -> new InterpretedWalker(role, layout), new SilentTlb());
      paging.writeControlRegister(3, 0xFFFF_0000L);
      paging.writeControlRegister(0, 0x8001_0001L);
      assertThrows(HostExit.class, () -> paging.fill(0x5, false, false, false));
      slots.readOnly(1, false); // the host acts
      GuestException fault =
          assertThrows(GuestException.class, () -> paging.fill(0x5, false, false, false));
      assertEquals("#PF 0x0 at 0x5", fault.getMessage());
    }
  }

  private static final class SilentTlb implements OwnTlb {
    @Override
    public void flush(boolean globalToo) {
      // has nothing
    }

    @Override
    public void install(long gva, long pageGpa, int access, boolean global) {
      // keeps nothing
    }
  }

  @Test
  void theAdapterFillsFlushesAndRaises() {
    try (Arena arena = Arena.ofShared()) {
      Paging paging =
          new Paging(
              guest(arena),
              new Stamper()::stamp,
              new OwnTlb() {
                @Override
                public void flush(boolean globalToo) {
                  events.add(globalToo ? "flush all" : "flush");
                }

                @Override
                public void install(long gva, long pageGpa, int access, boolean global) {
                  events.add(Long.toHexString(gva) + " " + pageGpa + " " + Access.toString(access));
                }
              });
      paging.writeControlRegister(3, 0x6000);
      paging.writeControlRegister(0, 0x8001_0001L);
      paging.writeControlRegister(3, 0x6000);
      GuestException fault =
          assertThrows(GuestException.class, () -> paging.fill(0x5, true, false, true));
      assertEquals("#PF 0x6 at 0x5", fault.getMessage());
      GuestException refused =
          assertThrows(GuestException.class, () -> paging.writeControlRegister(0, 0x8000_0000L));
      assertEquals("#GP 0", refused.getMessage());
      paging.writeControlRegister(0, 1);
      paging.fill(0x5123, false, false, false);
      assertEquals(
          List.of("flush all", "flush", "flush all", "5123 20480 supervisor read"), events);
    }
  }

  @Test
  void ourTlbAndAccesses() {
    try (Arena arena = Arena.ofShared()) {
      Mmu mmu = Mmu.builder().memory(guest(arena)).build();
      enterLongMode(mmu);
      MmioHandler devices =
          new MmioHandler() {
            @Override
            public long read(long gpa, int size) {
              return gpa;
            }

            @Override
            public void write(long gpa, int size, long value) {
              access(gpa);
            }
          };
      // guide: tlb
      SoftwareTlb tlb = new SoftwareTlb(mmu); // hears of register writes and slots by itself
      GvaAccess memory = new GvaAccess(mmu, tlb, devices);
      // end
      assertThrows(GuestException.class, () -> load(memory, 0x40_0FFE));
      assertEquals(List.of("#PF 0x5 at 0x401000"), events);
      assertEquals(0, load(memory, 0x40_0FFC));
      assertTrue(memory.write(0x40_1010, 4, 7, 0));
      assertEquals("access fec00010", events.getLast());
    }
  }

  // guide: load
  private int load(GvaAccess memory, long gva) {
    if (!memory.read(gva, 4, Access.USER)) {
      throw fault(memory.result(), memory.faultAddress()); // #PF sets CR2 to the address
    }
    return (int) memory.value();
  }

  // end

  private GuestException fault(long result, long cr2) {
    GuestException fault = GuestException.pageFault(cr2, WalkResult.errorCode(result));
    events.add(fault.getMessage());
    return fault;
  }

  @Test
  void slotsChangeWhileTheGuestRuns() throws InterruptedException {
    MemorySegment ram = Arena.ofAuto().allocate(16 << 20, 4096);
    MemorySlots slots = machine(ram, Arena.ofAuto().allocate(64 << 10, 4096));
    Arena arena = Arena.ofShared();
    MemorySegment vram = arena.allocate(1 << 20, 4096);
    // guide: change
    slots.create(
        2, 0xE000_0000L, vram.byteSize(), EnumSet.noneOf(SlotFlag.class), Backing.of(vram));
    slots.move(2, 0xF000_0000L);
    slots.readOnly(1, false); // shadow RAM over the BIOS
    slots.delete(2);
    if (slots.awaitUse(Duration.ofSeconds(1))) {
      arena.close(); // no virtual CPU uses it any more
    }
    // end
    assertFalse(arena.scope().isAlive());
    assertEquals(Set.of(0, 1), slots.ids());
  }

  @Test
  void dirtyPagesAreTold() throws InterruptedException {
    try (Arena arena = Arena.ofShared()) {
      MemorySlots slots = guest(arena);
      // guide: dirty
      slots.logDirty(0, true);
      boolean complete = slots.awaitUse(Duration.ofSeconds(1)); // what was stored before is over
      slots.slot(0).write(0x7008, 8, 42); // as the guest's own stores do
      long[] dirty = slots.slot(0).dirtyLog().getAndClear(); // first take the log, then read pages
      // end
      assertTrue(complete);
      assertEquals(1L << 7, dirty[0]);
    }
  }

  @Test
  void aDebuggerLooksOn() {
    try (Arena arena = Arena.ofShared()) {
      MemorySlots slots = guest(arena);
      Mmu mmu = Mmu.builder().memory(slots).build();
      enterLongMode(mmu);
      long gva = 0x40_0000;
      // guide: debug
      byte[] bytes = new byte[64];
      int read = new DebugMemory(mmu).read(gva, bytes, 0, bytes.length); // no A, no D, no device
      String why = mmu.explain(gva, Access.USER).toString(); // entry by entry, and what decided
      // end
      assertEquals(64, read);
      assertArrayEquals(new byte[64], bytes);
      assertTrue(why.contains("every check passed"), why);
      assertEquals(0x5007, slots.slot(0).read(0x4000, 8));
    }
  }

  @Test
  void walkersThatNeverMakeTheGuestWait() {
    MemorySlots slots = new MemorySlots();
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      // guide: tiered
      TieredStamper stamper = new TieredStamper(new Stamper(), executor);
      Mmu mmu = Mmu.builder().memory(slots).walkers(stamper::walker).build();
      // end
      assertEquals(0x1234, WalkResult.gpa(mmu.translate(0x1234, Access.READ), 0x1234));
    }
  }

  /** Every Java block of the guide is part of a source that the build compiles. */
  @Test
  void theGuideShowsTheseSamples() throws IOException {
    List<String> shown =
        Pattern.compile("```java\\n(.*?)\\n```", Pattern.DOTALL)
            .matcher(Files.readString(GUIDE))
            .results()
            .map(match -> match.group(1))
            .toList();
    List<String> compiled = new ArrayList<>();
    for (String folder : List.of("guide", "memory")) {
      try (Stream<Path> files = Files.walk(SOURCES.resolve(folder))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          compiled.addAll(samples(Files.readString(file)));
        }
      }
    }
    assertFalse(shown.isEmpty());
    for (String sample : shown) {
      assertTrue(compiled.contains(sample), "in no source: " + sample);
    }
    for (String sample : compiled) {
      assertTrue(shown.contains(sample), "not in the guide: " + sample);
    }
  }

  private static List<String> samples(String source) {
    return Pattern.compile(
            "^ *// guide: \\w+\\n(.*?)\\n *// end$", Pattern.DOTALL | Pattern.MULTILINE)
        .matcher(source)
        .results()
        .map(PlugInGuideTest::sample)
        .toList();
  }

  private static String sample(MatchResult match) {
    return match.group(1).stripTrailing().stripIndent();
  }
}
