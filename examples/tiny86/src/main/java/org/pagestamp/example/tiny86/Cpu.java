package org.pagestamp.example.tiny86;

import static org.pagestamp.example.tiny86.Segment.CS;
import static org.pagestamp.example.tiny86.Segment.SS;

import java.util.function.Consumer;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.walk.Access;

/** One CPU: its registers, and one instruction at a time. */
final class Cpu {
  private final int number;
  private final Consumer<Fault> faults;

  final Mmu mmu;
  final Tlb tlb;
  final Memory memory;
  final Registers registers = new Registers();
  final Segment[] segments = new Segment[Segment.COUNT];
  final Descriptors descriptors = new Descriptors(this);
  final Interrupts interrupts = new Interrupts(this);
  private final Instruction instruction = new Instruction(this);
  private final Instructions instructions = new Instructions(this, instruction);

  long cr2;
  private boolean running;
  private long executed;
  private boolean shutDown;
  private boolean exited;
  private int modeSwitches;
  private PagingMode mode = PagingMode.NO_PAGING;

  Cpu(int number, Mmu mmu, Tlb tlb, Memory memory, Consumer<Fault> faults) {
    this.number = number;
    this.mmu = mmu;
    this.tlb = tlb;
    this.memory = memory;
    this.faults = faults;
    for (int i = 0; i < segments.length; i++) {
      segments[i] = Segment.realMode(0);
    }
  }

  /** Starts in real mode. */
  void start(int segment, int offset) {
    segments[CS] = Segment.realMode(segment);
    registers.rip = offset;
    running = true;
  }

  /** HLT. No device interrupts, so it is for good. */
  void halt() {
    running = false;
  }

  boolean isRunning() {
    return running;
  }

  /** Whether a fault could not be delivered. There is no #DF: as if its delivery faulted too. */
  boolean isShutDown() {
    return shutDown;
  }

  /** Whether the host has to act before the next instruction. This one never does. */
  boolean isExited() {
    return exited;
  }

  long executed() {
    return executed;
  }

  int modeSwitches() {
    return modeSwitches;
  }

  /** Executes one instruction, raises the exception that it ends with, or leaves to the host. */
  void step() {
    long rip = registers.rip;
    long rsp = registers.get(Registers.RSP);
    executed++;
    try {
      instruction.decode();
      instructions.execute();
    } catch (GuestFault fault) {
      startAnew(rip, rsp);
      raise(fault);
    } catch (HostExit _) {
      startAnew(rip, rsp);
      exit();
    }
  }

  private void startAnew(long rip, long rsp) {
    registers.rip = rip;
    registers.set(Registers.RSP, 8, rsp);
  }

  private void exit() {
    running = false;
    exited = true;
  }

  private void raise(GuestFault fault) {
    long address = fault.vector() == GuestFault.PAGE_FAULT ? fault.address() : 0;
    faults.accept(new Fault(number, fault.vector(), fault.errorCode(), address, registers.rip));
    if (fault.vector() == GuestFault.PAGE_FAULT) {
      cr2 = address;
    }
    try {
      interrupts.deliver(fault);
    } catch (GuestFault _) {
      running = false;
      shutDown = true;
    } catch (HostExit _) {
      exit(); // the instruction faults again after it
    }
  }

  /** To be called after each write of a register that paging depends on. */
  void noteMode() {
    PagingMode now = mmu.role().mode();
    if (now != mode) {
      mode = now;
      modeSwitches++;
    }
  }

  boolean isProtected() {
    return (mmu.cr0() & ControlBits.CR0_PE) != 0;
  }

  boolean isLongMode() {
    return (mmu.efer() & ControlBits.EFER_LMA) != 0;
  }

  /** Long mode, and not its compatibility mode. */
  boolean is64() {
    return segments[CS].code64() && isLongMode();
  }

  int cpl() {
    return isProtected() ? segments[CS].selector() & 3 : 0;
  }

  /** Bytes of an address in this code by default. */
  int codeSize() {
    return is64() ? 8 : segments[CS].wide() ? 4 : 2;
  }

  /** The kind of a program's own access, for {@link Access}: not of the CPL alone. */
  int ownAccess() {
    return ownAccess(cpl());
  }

  int ownAccess(int privilege) {
    return privilege == 3 ? Access.USER : registers.flag(Registers.AC) ? Access.AC : Access.READ;
  }

  /** Outside 64-bit mode addresses have a segment's base and 32 bits. */
  long linear(int segment, long offset) {
    return is64() ? offset : (segments[segment].base() + offset) & 0xFFFF_FFFFL;
  }

  // The stack

  void push(int size, long value) {
    long rsp = registers.get(Registers.RSP) - size;
    memory.write(linear(SS, rsp & stackMask()), size, value, ownAccess());
    stackPointer(rsp);
  }

  long pop(int size) {
    long rsp = registers.get(Registers.RSP);
    long value = memory.read(linear(SS, rsp & stackMask()), size, ownAccess());
    stackPointer(rsp + size);
    return value;
  }

  private long stackMask() {
    return Registers.mask(stackSize());
  }

  private void stackPointer(long value) {
    registers.set(Registers.RSP, stackSize(), value);
  }

  private int stackSize() {
    return is64() ? 8 : segments[SS].wide() ? 4 : 2;
  }
}
