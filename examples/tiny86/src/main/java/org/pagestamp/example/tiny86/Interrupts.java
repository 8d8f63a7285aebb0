package org.pagestamp.example.tiny86;

import static org.pagestamp.example.tiny86.Segment.CS;
import static org.pagestamp.example.tiny86.Segment.SS;

/** Delivery through the IDT, and IRET. */
final class Interrupts {
  private static final int INTERRUPT_GATE = 0x8E;
  private static final int TRAP_GATE = 0x8F;
  private static final int TYPE_AND_PRESENT = 0x9F;
  private static final int IN_IDT = 2;

  private final Cpu cpu;

  Interrupts(Cpu cpu) {
    this.cpu = cpu;
  }

  /** The error code of a fault on a gate. */
  static int gateError(int vector) {
    return vector << 3 | IN_IDT;
  }

  /** Delivers an exception; RIP is at the instruction that faulted. */
  void deliver(GuestFault fault) {
    long gate = cpu.descriptors.gate(fault.vector());
    deliver(fault.vector(), gate, fault.hasErrorCode(), fault.errorCode());
  }

  /** INT; RIP is behind it. */
  void software(int vector) {
    long gate = cpu.descriptors.gate(vector);
    if (((gate >>> 45) & 3) < cpu.cpl()) {
      throw GuestFault.protection(gateError(vector));
    }
    deliver(vector, gate, false, 0);
  }

  private void deliver(int vector, long gate, boolean hasErrorCode, int errorCode) {
    int type = (int) (gate >>> 40) & TYPE_AND_PRESENT;
    if (type != INTERRUPT_GATE && type != TRAP_GATE) {
      throw GuestFault.protection(gateError(vector));
    }
    boolean longMode = cpu.isLongMode();
    Segment code = cpu.descriptors.code((int) (gate >>> 16) & 0xFFFF);
    int privilege = Math.min(code.dpl(), cpu.cpl());
    long offset = (gate & 0xFFFF) | (gate >>> 48 << 16);
    if (longMode) {
      offset |= cpu.descriptors.gateHigh(vector);
    }
    boolean inward = privilege < cpu.cpl();
    int oldStackSegment = cpu.segments[SS].selector();
    long oldStack = cpu.registers.get(Registers.RSP);
    Segment stackSegment = inward ? cpu.descriptors.taskStackSegment() : cpu.segments[SS];
    long stack = inward ? cpu.descriptors.taskStack() : oldStack;

    Frame frame = new Frame(longMode ? 8 : 4, longMode ? stack & ~15 : stack, privilege);
    if (inward || longMode) {
      frame.push(oldStackSegment);
      frame.push(oldStack);
    }
    frame.push(cpu.registers.rflags);
    frame.push(cpu.segments[CS].selector());
    frame.push(cpu.registers.rip);
    if (hasErrorCode) {
      frame.push(errorCode);
    }

    // Nothing can fault any more.
    cpu.segments[SS] = stackSegment;
    cpu.registers.set(Registers.RSP, 8, frame.pointer);
    if (type == INTERRUPT_GATE) {
      cpu.registers.flag(Registers.IF, false);
    }
    cpu.descriptors.enter(code, privilege, offset);
  }

  /** The handler's stack while it is filled, with accesses of the handler's privilege. */
  private final class Frame {
    private final int size;
    private final int access;
    private long pointer;

    Frame(int size, long pointer, int privilege) {
      this.size = size;
      this.pointer = pointer;
      this.access = cpu.ownAccess(privilege);
    }

    void push(long value) {
      pointer = (pointer - size) & Registers.mask(size);
      cpu.memory.write(pointer, size, value, access);
    }
  }

  /** IRET, to the same privilege or to a user program. */
  void iret(int size) {
    boolean longMode = cpu.is64();
    long rip = cpu.pop(size);
    int selector = (int) cpu.pop(size) & 0xFFFF;
    long rflags = cpu.pop(size);
    Segment code = cpu.descriptors.code(selector);
    int privilege = selector & 3;
    if (privilege > cpu.cpl() || longMode) {
      long rsp = cpu.pop(size);
      int stackSelector = (int) cpu.pop(size) & 0xFFFF;
      cpu.descriptors.load(SS, stackSelector);
      cpu.registers.set(Registers.RSP, size, rsp);
    }
    cpu.registers.rflags = rflags | Registers.ALWAYS_SET;
    cpu.descriptors.enter(code, privilege, rip);
  }
}
