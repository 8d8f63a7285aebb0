package org.pagestamp.example.tiny86;

import static org.pagestamp.example.tiny86.Segment.CS;

/**
 * GDT, IDT and TSS. Their reads are the processor's own: a supervisor's even while a user program
 * runs. Accessed and busy bits of descriptors are not stored: the guest has its GDT in ROM.
 */
final class Descriptors {
  /** Where a task has the stack pointer of CPL 0, in both formats. */
  private static final int TASK_STACK = 4;

  /** Where a 32-bit task has the stack segment of CPL 0. */
  private static final int TASK_STACK_SEGMENT = 8;

  private final Cpu cpu;
  private long gdtBase;
  private int gdtLimit;
  private long idtBase;
  private int idtLimit;
  private long taskBase;

  Descriptors(Cpu cpu) {
    this.cpu = cpu;
  }

  void gdt(long base, int limit) {
    gdtBase = base;
    gdtLimit = limit;
  }

  void idt(long base, int limit) {
    idtBase = base;
    idtLimit = limit;
  }

  /** LTR. */
  void loadTask(int selector) {
    long descriptor = read(selector);
    long high = cpu.isLongMode() ? readGdt((selector & ~7) + 8) << 32 : 0;
    taskBase = high | Segment.base(descriptor);
  }

  /** Loads a segment register other than CS. */
  void load(int segment, int selector) {
    cpu.segments[segment] = cpu.isProtected() ? data(selector) : Segment.realMode(selector);
  }

  private Segment data(int selector) {
    return (selector & ~3) == 0 ? Segment.none(selector) : Segment.of(selector, read(selector));
  }

  /** The descriptor of a code segment. */
  Segment code(int selector) {
    long descriptor = read(selector);
    if (!Segment.isCode(descriptor)) {
      throw GuestFault.protection(selector & ~3);
    }
    return Segment.of(selector, descriptor);
  }

  /** Goes on in another code segment: the last step of a jump, an interrupt or a return. */
  void enter(Segment code, int privilege, long offset) {
    int selector = (code.selector() & ~3) | privilege;
    cpu.segments[CS] = new Segment(selector, code.base(), code.wide(), code.code64(), code.dpl());
    cpu.registers.rip = offset;
  }

  /** JMP to another segment. */
  void jumpFar(int selector, long offset) {
    if (cpu.isProtected()) {
      enter(code(selector), cpu.cpl(), offset);
    } else {
      cpu.segments[CS] = Segment.realMode(selector);
      cpu.registers.rip = offset;
    }
  }

  /** The first 8 bytes of the gate of a vector. */
  long gate(int vector) {
    return readIdt(vector, 0);
  }

  /** The upper half of the handler's address, which gates of long mode have. */
  long gateHigh(int vector) {
    return readIdt(vector, 8) << 32;
  }

  private long readIdt(int vector, int offset) {
    int size = cpu.isLongMode() ? 16 : 8;
    if ((vector + 1) * size - 1 > idtLimit) {
      throw GuestFault.protection(Interrupts.gateError(vector));
    }
    return cpu.memory.readTable(idtBase + (long) vector * size + offset, 8);
  }

  long taskStack() {
    return cpu.memory.readTable(taskBase + TASK_STACK, cpu.isLongMode() ? 8 : 4);
  }

  /** Long mode has none, and uses a null selector. */
  Segment taskStackSegment() {
    return cpu.isLongMode()
        ? Segment.none(0)
        : data((int) cpu.memory.readTable(taskBase + TASK_STACK_SEGMENT, 2));
  }

  private long read(int selector) {
    long descriptor = readGdt(selector);
    if (!Segment.isPresent(descriptor)) {
      throw GuestFault.protection(selector & ~3);
    }
    return descriptor;
  }

  private long readGdt(int selector) {
    int offset = selector & ~7;
    if (offset == 0 || offset + 7 > gdtLimit) {
      throw GuestFault.protection(selector & ~3);
    }
    return cpu.memory.readTable(gdtBase + offset, 8);
  }
}
