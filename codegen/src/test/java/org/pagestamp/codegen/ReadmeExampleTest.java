package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotLayout;
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
    long cr0 = 0x8001_0011L;
    long cr4 = 0x20;
    long efer = 0xD00;
    long cr3 = 0x1000;
    long gva = 0x40_0000;

    // README
    MemorySegment ram = Arena.ofShared().allocate(128 << 20, 4096);
    SlotLayout slots = SlotLayout.builder().ram(0, Backing.of(ram)).build();
    Role role = Role.fromRegisters(cr0, cr4, efer, CpuFeatures.intel(46));
    Walker walker = new Stamper().stamp(role, slots);

    VcpuState vcpu = new VcpuState();
    Cr3Load load = vcpu.loadCr3(cr3, role, slots); // all but LOADED: the guest gets #GP
    long result = walker.walk(vcpu, gva, Access.USER | Access.WRITE);
    if (WalkResult.isFault(result)) {
      raisePageFault(gva, WalkResult.errorCode(result));
    } else {
      fillTlb(gva, WalkResult.pageGpa(result), WalkResult.isWriteWithheld(result));
    }
    // end

    assertEquals(Cr3Load.LOADED, load);
    assertEquals(List.of("#PF 400000 6"), events);
  }

  private void raisePageFault(long gva, int errorCode) {
    events.add("#PF " + Long.toHexString(gva) + " " + Integer.toHexString(errorCode));
  }

  private void fillTlb(long gva, long pageGpa, boolean writeWithheld) {
    events.add("TLB " + gva + " " + pageGpa + " " + writeWithheld);
  }

  @Test
  void theTieredExampleWalks() {
    Role role = Layouts.FOUR_LEVEL;
    SlotLayout slots = Layouts.ram(1);
    Executor executor = Runnable::run;

    // README
    TieredStamper stamper = new TieredStamper(new Stamper(), executor);
    Walker walker = stamper.walker(role, slots); // ask again after each change of either
    // end

    assertTrue(WalkResult.isFault(walker.walk(new VcpuState(), 0, Access.READ)));
    assertSame(walker, stamper.walker(role, slots));
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
