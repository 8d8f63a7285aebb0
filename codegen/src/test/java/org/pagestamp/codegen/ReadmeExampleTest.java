package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.RegisterWrite;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/** The examples of the README compile, run, and are those that the README shows. */
class ReadmeExampleTest {
  private final List<String> events = new ArrayList<>();

  @Test
  void theExampleTakesAPageFaultInAnEmptyGuest() {
    long gva = 0x40_0000;

    // README
    MemorySlots slots = new MemorySlots();
    MemorySegment ram = Arena.ofShared().allocate(128 << 20, 4096);
    slots.create(0, 0, ram.byteSize(), Set.of(), Backing.of(ram));
    Mmu mmu = Mmu.builder().memory(slots).walkers(new Stamper()::stamp).build();

    RegisterWrite write = mmu.cr4(0x20); // the guest's MOV to CR4; if refused it gets #GP
    mmu.efer(0x100);
    mmu.cr3(0x1000);
    mmu.cr0(0x8000_0001L); // from here on 4-level paging

    long result = mmu.translate(gva, Access.USER | Access.WRITE);
    if (WalkResult.isFault(result)) {
      raisePageFault(gva, WalkResult.errorCode(result));
    } else {
      fillTlb(gva, WalkResult.pageGpa(result), WalkResult.isWriteWithheld(result));
    }
    // end

    assertEquals(RegisterWrite.DONE, write);
    assertEquals(PagingMode.FOUR_LEVEL, mmu.role().mode());
    assertEquals(List.of("#PF 400000 6"), events);
  }

  private void raisePageFault(long gva, int errorCode) {
    events.add("#PF " + Long.toHexString(gva) + " " + Integer.toHexString(errorCode));
  }

  private void fillTlb(long gva, long pageGpa, boolean writeWithheld) {
    events.add("TLB " + gva + " " + pageGpa + " " + writeWithheld);
  }

  @Test
  void theExampleOfAWalkerWalks() {
    long cr0 = 0x8001_0011L;
    long cr4 = 0x20;
    long efer = 0xD00;
    long cr3 = 0x1000;
    long gva = 0;
    SlotLayout layout = Layouts.ram(1);

    // README
    Role role = Role.fromRegisters(cr0, cr4, efer, CpuFeatures.intel(46));
    Walker walker = new Stamper().stamp(role, layout); // or new InterpretedWalker(role, layout)

    VcpuState vcpu = new VcpuState();
    Cr3Load load = vcpu.loadCr3(cr3, role, layout); // all but LOADED: the guest gets #GP
    long result = walker.walk(vcpu, gva, Access.USER | Access.WRITE);
    // end

    assertEquals(Cr3Load.LOADED, load);
    assertTrue(WalkResult.isFault(result));
  }

  @Test
  void theReadmeShowsBoth() throws IOException {
    String source =
        Files.readString(
            Path.of("src/test/java", getClass().getName().replace('.', '/') + ".java"));
    String readme = Files.readString(Path.of("..", "README.md"));
    List<String> examples =
        Pattern.compile("// README\n(.*?)\n *// end", Pattern.DOTALL)
            .matcher(source)
            .results()
            .map(example -> example.group(1).stripIndent())
            .toList();
    assertEquals(2, examples.size());
    for (String example : examples) {
      assertTrue(readme.contains("```java\n" + example + "\n```"), example);
    }
  }
}
