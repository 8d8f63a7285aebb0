package org.pagestamp.example.tiny86;

import static org.pagestamp.example.tiny86.Registers.RAX;
import static org.pagestamp.example.tiny86.Registers.RCX;
import static org.pagestamp.example.tiny86.Registers.RDX;

import org.pagestamp.mode.ControlBits;
import org.pagestamp.vcpu.RegisterWrite;

/** Instructions that change how memory is seen. All but WRPKRU are a kernel's. */
final class SystemInstructions {
  private static final int EFER = 0xC000_0080;

  private final Cpu cpu;
  private final Registers registers;
  private final Instruction instruction;

  SystemInstructions(Cpu cpu, Instruction instruction) {
    this.cpu = cpu;
    this.registers = cpu.registers;
    this.instruction = instruction;
  }

  void execute() {
    switch (instruction.opcode) {
      case 0xF4 -> {
        requireKernel();
        cpu.halt();
      }
      case 0x100 -> loadTask();
      case 0x101 -> group7();
      case 0x120 -> {
        requireKernel();
        instruction.modRm();
        registers.set(instruction.rm(), controlSize(), readControl(instruction.reg()));
      }
      case 0x122 -> {
        requireKernel();
        instruction.modRm();
        writeControl(instruction.reg(), registers.get(instruction.rm(), controlSize()));
      }
      case 0x130 -> {
        requireEfer();
        long value = registers.get(RDX, 4) << 32 | registers.get(RAX, 4);
        finish(cpu.mmu.efer(value));
      }
      case 0x132 -> {
        requireEfer();
        registers.set(RAX, 4, cpu.mmu.efer());
        registers.set(RDX, 4, cpu.mmu.efer() >>> 32);
      }
      case 0x282 -> invalidatePcid();
      default -> throw GuestFault.invalidOpcode();
    }
  }

  private void requireKernel() {
    if (cpu.cpl() != 0) {
      throw GuestFault.protection(0);
    }
  }

  private void requireEfer() {
    requireKernel();
    if ((int) registers.get(RCX) != EFER) {
      throw GuestFault.protection(0);
    }
  }

  private int controlSize() {
    return cpu.is64() ? 8 : 4;
  }

  private long readControl(int number) {
    return switch (number) {
      case 0 -> cpu.mmu.cr0();
      case 2 -> cpu.cr2;
      case 3 -> cpu.mmu.cr3();
      case 4 -> cpu.mmu.cr4();
      default -> throw GuestFault.invalidOpcode();
    };
  }

  private void writeControl(int number, long value) {
    switch (number) {
      case 0 -> {
        // The one rule that is not the Mmu's, as it does not know of code segments.
        if (cpu.is64() && (value & ControlBits.CR0_PG) == 0) {
          throw GuestFault.protection(0);
        }
        finish(cpu.mmu.cr0(value));
      }
      case 2 -> cpu.cr2 = value;
      case 3 -> finish(cpu.mmu.cr3(value));
      case 4 -> finish(cpu.mmu.cr4(value));
      default -> throw GuestFault.invalidOpcode();
    }
  }

  /** A refused write is #GP. What the others call for, the TLB hears from the Mmu itself. */
  private void finish(RegisterWrite write) {
    if (write.isRefused()) {
      throw GuestFault.protection(0);
    }
    cpu.noteMode();
  }

  private void loadTask() {
    requireKernel();
    instruction.modRm();
    if (instruction.operation() != 3) {
      throw GuestFault.invalidOpcode();
    }
    cpu.descriptors.loadTask((int) instruction.read(2));
  }

  /** LGDT, LIDT and INVLPG; CLAC, STAC and WRPKRU, which have a register's ModR/M. */
  private void group7() {
    instruction.modRm();
    if (instruction.isRegister()) {
      switch (instruction.reg() << 3 | instruction.rm()) {
        case 0b001_010 -> allowUserAccess(false);
        case 0b001_011 -> allowUserAccess(true);
        case 0b101_111 -> finish(cpu.mmu.pkru((int) registers.get(RAX)));
        default -> throw GuestFault.invalidOpcode();
      }
      return;
    }
    requireKernel();
    long address = instruction.linearAddress();
    switch (instruction.operation()) {
      case 2 -> cpu.descriptors.gdt(tableBase(address), tableLimit(address));
      case 3 -> cpu.descriptors.idt(tableBase(address), tableLimit(address));
      case 7 -> cpu.tlb.invlpg(address);
      default -> throw GuestFault.invalidOpcode();
    }
  }

  private void allowUserAccess(boolean allowed) {
    requireKernel();
    registers.flag(Registers.AC, allowed);
  }

  private int tableLimit(long address) {
    return (int) cpu.memory.read(address, 2, cpu.ownAccess());
  }

  private long tableBase(long address) {
    long base = cpu.memory.read(address + 2, controlSize(), cpu.ownAccess());
    return instruction.operandSize() == 2 ? base & 0xFF_FFFF : base;
  }

  private void invalidatePcid() {
    requireKernel();
    instruction.modRm();
    long type = instruction.readReg(controlSize());
    long descriptor = instruction.linearAddress();
    long pcid = cpu.memory.read(descriptor, 8, cpu.ownAccess());
    long address = cpu.memory.read(descriptor + 8, 8, cpu.ownAccess());
    if (!cpu.tlb.invpcid(type, pcid, address)) {
      throw GuestFault.protection(0);
    }
  }
}
