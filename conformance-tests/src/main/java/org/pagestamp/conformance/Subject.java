package org.pagestamp.conformance;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.pagestamp.mode.Role;

/**
 * A walker on trial: one of ours, or an emulator's own.
 *
 * <p>An implementation is a page of code: it connects the walker to a {@link Machine}, whose memory
 * it reads page tables from, and answers accesses.
 */
public interface Subject {
  /** Names the subject in reports. */
  String name();

  /**
   * Names the engine in reports: subjects of one engine differ in what their memory is made of, and
   * a vector counts once for all of them.
   */
  default String engineName() {
    return name();
  }

  /** Whether the subject implements this role; cases of other roles are counted as skipped. */
  default boolean knows(Role role) {
    return true;
  }

  /** The parts of an answer that the subject reports; what it does not report is not compared. */
  default Set<AnswerPart> reports() {
    return EnumSet.allOf(AnswerPart.class);
  }

  /** What the memory of its machines is made of. */
  default MemoryKind memoryKind() {
    return MemoryKind.NATIVE;
  }

  /**
   * The subject's walkers with a second stage, EPT or NPT. Without them, cases that need one are
   * skipped.
   */
  default Optional<Stage2Engine> stage2() {
    return Optional.empty();
  }

  /**
   * The subject's memory-management unit in a machine. The machine's role and slots stay as they
   * are while it is in use; its memory, CR3 and the key registers change.
   */
  Mmu connect(Machine machine);

  /** What a processor asks of its memory-management unit. Used by one thread. */
  interface Mmu {
    /**
     * MOV to CR3: in PAE paging loads the PDPTEs from memory. In long mode bits 63 to 61 are taken
     * as by a CPU with PCID and LAM in use: they are neither refused nor part of the address.
     *
     * @return false if the processor refuses it with #GP
     */
    boolean loadCr3(long cr3);

    /** Sets PKRU and IA32_PKRS. */
    void keys(int pkru, int pkrs);

    /**
     * Makes an access: translates and sets accessed and dirty bits in memory.
     *
     * @param gva the linear address
     * @param access see {@link org.pagestamp.walk.Access}
     * @return a {@link org.pagestamp.walk.WalkResult}; {@link Answers} helps to make one
     */
    long access(long gva, int access);

    /**
     * Makes accesses of one kind, as {@link #access} makes them one after another. A walker that
     * walks batches in a way of its own overrides it.
     *
     * @param gvas the linear addresses, in order
     * @param results as many answers
     */
    default void accessAll(long[] gvas, int access, long[] results) {
      for (int i = 0; i < gvas.length; i++) {
        results[i] = access(gvas[i], access);
      }
    }
  }
}
