package org.pagestamp.conformance.example;

import java.util.EnumSet;
import java.util.Set;
import org.pagestamp.conformance.AnswerPart;
import org.pagestamp.conformance.Answers;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.Subject;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.PageFaultCode;

/**
 * A walker of 2-level paging as one finds it in emulators, with three mistakes as one finds them
 * there: it ORs the R/W bits of both levels where it must AND them, it forgets the accessed bit of
 * the PDE, and it checks no reserved bits. The conformance kit's documentation puts it on trial.
 */
public final class CarelessMmu implements Subject {
  private static final int P = 1;
  private static final int W = 1 << 1;
  private static final int U = 1 << 2;
  private static final int A = 1 << 5;
  private static final int D = 1 << 6;
  private static final int PS = 1 << 7;

  /** Needs nothing. */
  public CarelessMmu() {}

  @Override
  public String name() {
    return "careless";
  }

  @Override
  public boolean knows(Role role) {
    return role.mode() == PagingMode.TWO_LEVEL && !role.smep() && !role.smap();
  }

  /** Just the physical address and the error code, as this emulator's TLB wants them. */
  @Override
  public Set<AnswerPart> reports() {
    return EnumSet.noneOf(AnswerPart.class);
  }

  @Override
  public Mmu connect(Machine machine) {
    return new TwoLevels(machine);
  }

  private static final class TwoLevels implements Mmu {
    private final Machine machine;
    private long directory;

    TwoLevels(Machine machine) {
      this.machine = machine;
    }

    @Override
    public boolean loadCr3(long cr3) {
      directory = cr3 & 0xFFFF_F000L;
      return true;
    }

    @Override
    public void keys(int pkru, int pkrs) {
      // 2-level paging has no protection keys.
    }

    @Override
    public long access(long gva, int access) {
      boolean write = (access & Access.WRITE) != 0;
      boolean user = (access & Access.USER) != 0;
      int code = access & (PageFaultCode.WRITE | PageFaultCode.USER);
      long pdeGpa = directory + 4 * (gva >>> 22 & 0x3FF);
      int pde = read(pdeGpa);
      if ((pde & P) == 0) {
        return Answers.pageFault(code);
      }
      boolean large = machine.role().pse() && (pde & PS) != 0;
      long pteGpa = (pde & 0xFFFF_F000L) + 4 * (gva >>> 12 & 0x3FF);
      int pte = large ? pde : read(pteGpa);
      if ((pte & P) == 0) {
        return Answers.pageFault(code);
      }
      boolean writable = ((pde | pte) & W) != 0; // wrong: both levels must allow it
      boolean userPage = (pde & pte & U) != 0;
      if ((user && !userPage) || (write && !writable && (user || machine.role().wp()))) {
        return Answers.pageFault(code | PageFaultCode.P);
      }
      int flags = write ? A | D : A;
      write(large ? pdeGpa : pteGpa, pte | flags); // wrong: A of the PDE as well
      if (large) { // wrong: bit 21 is reserved
        return Answers.page((pde & 0xFFC0_0000L) | (pde & 0x1_E000L) << 19 | (gva & 0x3F_F000));
      }
      return Answers.page(pte & 0xFFFF_F000L);
    }

    /** What lies in no slot reads as zeros. */
    private int read(long gpa) {
      return machine.hasMemory(gpa) ? (int) machine.load(gpa, 4) : 0;
    }

    private void write(long gpa, int entry) {
      if (machine.isWritable(gpa)) {
        machine.store(gpa, Integer.toUnsignedLong(entry), 4);
      }
    }
  }
}
