package org.pagestamp.example.tiny86;

import static org.pagestamp.example.tiny86.Registers.RAX;
import static org.pagestamp.example.tiny86.Registers.RCX;
import static org.pagestamp.example.tiny86.Registers.RDI;
import static org.pagestamp.example.tiny86.Registers.RSI;

/** What the instructions do; those that only a kernel uses are in {@link SystemInstructions}. */
final class Instructions {
  private final Cpu cpu;
  private final Registers registers;
  private final Instruction instruction;
  private final Alu alu;
  private final SystemInstructions system;

  Instructions(Cpu cpu, Instruction instruction) {
    this.cpu = cpu;
    this.registers = cpu.registers;
    this.instruction = instruction;
    this.alu = new Alu(cpu.registers);
    this.system = new SystemInstructions(cpu, instruction);
  }

  /** Executes the instruction whose opcode has been taken. */
  void execute() {
    int opcode = instruction.opcode;
    int size = instruction.size();
    int operandSize = instruction.operandSize();
    switch (opcode) {
      case 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47 -> stepRegister(1);
      case 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F -> stepRegister(-1);
      case 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57 ->
          push(registers.get(instruction.opcodeRegister()));
      case 0x58, 0x59, 0x5A, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F -> {
        int near = instruction.nearSize();
        registers.set(instruction.opcodeRegister(), near, cpu.pop(near));
      }
      case 0x68 -> push(instruction.operandImmediate(operandSize));
      case 0x6A -> push(instruction.immediate(1));
      case 0x80, 0x81 -> arithmeticImmediate(size, false);
      case 0x83 -> arithmeticImmediate(size, true);
      case 0x84, 0x85 -> {
        instruction.modRm();
        alu.logic(instruction.read(size) & instruction.readReg(size), size);
      }
      case 0x86, 0x87 -> exchange(size);
      case 0x88, 0x89 -> {
        instruction.modRm();
        instruction.write(size, instruction.readReg(size));
      }
      case 0x8A, 0x8B -> {
        instruction.modRm();
        instruction.writeReg(size, instruction.read(size));
      }
      case 0x8D -> {
        instruction.modRm();
        instruction.writeReg(operandSize, instruction.effectiveAddress());
      }
      case 0x8E -> {
        instruction.modRm();
        cpu.descriptors.load(instruction.reg(), (int) instruction.read(2));
      }
      case 0x90 -> {
        if (instruction.repeat) { // PAUSE: another CPU is waited for
          Thread.onSpinWait();
        }
      }
      case 0xA0, 0xA1 -> registers.set(RAX, size, readOwn(absolute(), size));
      case 0xA2, 0xA3 -> writeOwn(absolute(), size, registers.get(RAX, size));
      case 0xA4, 0xA5 -> moveString(size);
      case 0xA8, 0xA9 ->
          alu.logic(registers.get(RAX, size) & instruction.operandImmediate(size), size);
      case 0xAA, 0xAB -> storeString(size);
      case 0xB8, 0xB9, 0xBA, 0xBB, 0xBC, 0xBD, 0xBE, 0xBF -> {
        int register = instruction.opcodeRegister();
        registers.set(register, operandSize, instruction.immediate(operandSize));
      }
      case 0xC0, 0xC1 -> {
        instruction.modRm();
        int count = (int) instruction.immediate(1);
        shift(size, count);
      }
      case 0xC3 -> registers.rip = cpu.pop(instruction.nearSize());
      case 0xC6, 0xC7 -> {
        instruction.modRm();
        long value = instruction.operandImmediate(size);
        instruction.write(size, value);
      }
      case 0xCD -> cpu.interrupts.software((int) instruction.immediate(1) & 0xFF);
      case 0xCF -> cpu.interrupts.iret(operandSize);
      case 0xD0, 0xD1 -> {
        instruction.modRm();
        shift(size, 1);
      }
      case 0xE2 -> loop();
      case 0xE8 -> {
        long distance = instruction.operandImmediate(instruction.nearSize());
        push(registers.rip);
        jump(distance);
      }
      case 0xE9 -> jump(instruction.operandImmediate(instruction.nearSize()));
      case 0xEA -> {
        long offset = instruction.immediate(operandSize) & Registers.mask(operandSize);
        cpu.descriptors.jumpFar((int) instruction.immediate(2) & 0xFFFF, offset);
      }
      case 0xEB -> jump(instruction.immediate(1));
      case 0xF6, 0xF7 -> {
        instruction.modRm();
        if (instruction.operation() != 0) {
          throw GuestFault.invalidOpcode();
        }
        long value = instruction.operandImmediate(size);
        alu.logic(instruction.read(size) & value, size);
      }
      case 0xFE, 0xFF -> group5(size);
      case 0x1C0, 0x1C1 -> exchangeAndAdd(size);
      default -> {
        if (opcode < 0x40 && (opcode & 7) < 6) {
          arithmetic(opcode >> 3, opcode & 7, size);
        } else if (opcode >> 4 == 0x7) {
          jumpIf(instruction.immediate(1));
        } else if (opcode >> 4 == 0x18) {
          jumpIf(instruction.operandImmediate(instruction.nearSize()));
        } else {
          system.execute();
        }
      }
    }
  }

  private void arithmetic(int operation, int form, int size) {
    if (form >= 4) {
      long result =
          alu.arithmetic(
              operation, registers.get(RAX, size), instruction.operandImmediate(size), size);
      if (operation != Alu.CMP) {
        registers.set(RAX, size, result);
      }
      return;
    }
    instruction.modRm();
    long register = instruction.readReg(size);
    if (form < 2) {
      arithmeticOnOperand(operation, register, size);
    } else {
      long result = alu.arithmetic(operation, register, instruction.read(size), size);
      if (operation != Alu.CMP) {
        instruction.writeReg(size, result);
      }
    }
  }

  private void arithmeticImmediate(int size, boolean shortForm) {
    instruction.modRm();
    long value = shortForm ? instruction.immediate(1) : instruction.operandImmediate(size);
    arithmeticOnOperand(instruction.operation(), value, size);
  }

  private void arithmeticOnOperand(int operation, long value, int size) {
    if (operation == Alu.CMP) {
      alu.arithmetic(operation, instruction.read(size), value, size);
    } else {
      instruction.modify(size, operand -> alu.arithmetic(operation, operand, value, size));
    }
  }

  private void stepRegister(int by) {
    int size = instruction.operandSize();
    int register = instruction.opcodeRegister();
    registers.set(register, size, alu.step(registers.get(register, size), by, size));
  }

  private void shift(int size, int count) {
    int operation = instruction.operation();
    instruction.modify(size, operand -> alu.shift(operation, operand, count, size));
  }

  /** XCHG: locked without a prefix. */
  private void exchange(int size) {
    instruction.modRm();
    instruction.lock = true;
    long value = instruction.readReg(size);
    instruction.writeReg(size, instruction.modify(size, _ -> value));
  }

  private void exchangeAndAdd(int size) {
    instruction.modRm();
    long value = instruction.readReg(size);
    instruction.writeReg(
        size, instruction.modify(size, operand -> alu.add(operand, value, 0, size)));
  }

  /** INC, DEC, CALL, JMP, far JMP and PUSH. */
  private void group5(int size) {
    instruction.modRm();
    int near = instruction.nearSize();
    switch (instruction.operation()) {
      case 0 -> instruction.modify(size, operand -> alu.step(operand, 1, size));
      case 1 -> instruction.modify(size, operand -> alu.step(operand, -1, size));
      case 4 -> registers.rip = instruction.read(near);
      case 5 -> {
        long target = instruction.linearAddress();
        int offsetSize = instruction.operandSize();
        long offset = readOwn(target, offsetSize);
        cpu.descriptors.jumpFar((int) readOwn(target + offsetSize, 2), offset);
      }
      default -> throw GuestFault.invalidOpcode();
    }
  }

  private void push(long value) {
    cpu.push(instruction.nearSize(), value);
  }

  private void jump(long distance) {
    registers.rip = (registers.rip + distance) & Registers.mask(cpu.codeSize());
  }

  private void jumpIf(long distance) {
    if (alu.holds(instruction.opcode & 0xF)) {
      jump(distance);
    }
  }

  private void loop() {
    long distance = instruction.immediate(1);
    int size = instruction.addressSize();
    registers.set(RCX, size, registers.get(RCX, size) - 1);
    if (registers.get(RCX, size) != 0) {
      jump(distance);
    }
  }

  // Strings, upwards only. With REP a step of the CPU is one element; RIP stays until the last.

  private void moveString(int size) {
    if (isStringAtEnd()) {
      return;
    }
    int address = instruction.addressSize();
    long from = cpu.linear(instruction.segment(), registers.get(RSI, address));
    long to = cpu.linear(Segment.ES, registers.get(RDI, address));
    writeOwn(to, size, readOwn(from, size));
    registers.set(RSI, address, registers.get(RSI) + size);
    stringStep(size);
  }

  private void storeString(int size) {
    if (isStringAtEnd()) {
      return;
    }
    long to = cpu.linear(Segment.ES, registers.get(RDI, instruction.addressSize()));
    writeOwn(to, size, registers.get(RAX, size));
    stringStep(size);
  }

  private boolean isStringAtEnd() {
    return instruction.repeat && registers.get(RCX, instruction.addressSize()) == 0;
  }

  private void stringStep(int size) {
    int address = instruction.addressSize();
    registers.set(RDI, address, registers.get(RDI) + size);
    if (instruction.repeat) {
      registers.set(RCX, address, registers.get(RCX) - 1);
      if (registers.get(RCX, address) != 0) {
        registers.rip -= instruction.length();
      }
    }
  }

  private long absolute() {
    int size = instruction.addressSize();
    return cpu.linear(instruction.segment(), instruction.immediate(size) & Registers.mask(size));
  }

  private long readOwn(long address, int size) {
    return cpu.memory.read(address, size, cpu.ownAccess());
  }

  private void writeOwn(long address, int size, long value) {
    cpu.memory.write(address, size, value, cpu.ownAccess());
  }
}
