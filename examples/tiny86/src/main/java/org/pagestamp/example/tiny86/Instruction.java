package org.pagestamp.example.tiny86;

import java.util.function.LongUnaryOperator;
import org.pagestamp.walk.Access;

/**
 * The instruction that a CPU executes: its bytes, taken from memory one after the other, and the
 * operands they name. An operand in memory is reached only once all bytes are taken. Segments
 * matter in real mode only, whose addresses here have no base register, so ModR/M chooses none.
 */
final class Instruction {
  private static final int MAX_LENGTH = 15;
  private static final int PAGE = 4096;

  private final Cpu cpu;

  // Bytes fetched ahead; never from a page that no byte of the instruction is known to lie in.
  private long window;
  private int windowBytes;
  private int length;

  int opcode;
  boolean lock;
  boolean repeat;
  private int rex;
  private int operandSize;
  private int addressSize;
  private int segment;

  // Of ModR/M
  private boolean isRegister;
  private int reg;
  private int rm;
  private long offset;
  private boolean ripRelative;

  Instruction(Cpu cpu) {
    this.cpu = cpu;
  }

  /** Takes prefixes and opcode. Opcodes of two bytes have 0x100 added, 0F 38 xx 0x200. */
  void decode() {
    windowBytes = 0;
    length = 0;
    lock = false;
    repeat = false;
    rex = 0;
    segment = Segment.DS;
    isRegister = false;
    boolean otherOperandSize = false;
    addressSize = cpu.codeSize();
    int next = nextByte();
    boolean isPrefix = true;
    while (isPrefix) {
      switch (next) {
        case 0x26 -> segment = Segment.ES;
        case 0x66 -> otherOperandSize = true;
        case 0xF0 -> lock = true;
        case 0xF3 -> repeat = true;
        default -> isPrefix = false;
      }
      if (isPrefix) {
        next = nextByte();
      }
    }
    if (addressSize == 8 && (next & 0xF0) == 0x40) {
      rex = next;
      next = nextByte();
    }
    operandSize = (rex & 8) != 0 ? 8 : (addressSize == 2) != otherOperandSize ? 2 : 4;
    opcode = next;
    if (next == 0x0F) {
      opcode = 0x100 | nextByte();
    }
    if (opcode == 0x138) {
      opcode = 0x200 | nextByte();
    }
  }

  private int nextByte() {
    Registers registers = cpu.registers;
    if (++length > MAX_LENGTH) {
      throw GuestFault.protection(0);
    }
    if (windowBytes == 0) {
      long address = cpu.linear(Segment.CS, registers.rip);
      windowBytes = (int) Math.min(8, PAGE - (address & PAGE - 1));
      int access = Access.FETCH | (cpu.cpl() == 3 ? Access.USER : 0);
      window = cpu.memory.read(address, windowBytes, access);
    }
    int value = (int) window & 0xFF;
    window >>>= 8;
    windowBytes--;
    registers.rip = (registers.rip + 1) & Registers.mask(cpu.codeSize());
    return value;
  }

  /** Takes an immediate of 1, 2, 4 or 8 bytes, sign-extended. */
  long immediate(int size) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (long) nextByte() << (Byte.SIZE * i);
    }
    return Registers.signed(value, size);
  }

  /** Takes an immediate of an operand's size, of 4 bytes at most. */
  long operandImmediate(int size) {
    return immediate(Math.min(size, 4));
  }

  /** The size that most opcodes give with their lowest bit: a byte, or by mode and prefixes. */
  int size() {
    return (opcode & 1) == 0 ? 1 : operandSize;
  }

  int operandSize() {
    return operandSize;
  }

  /** The size of what stack and near jumps move: in 64-bit mode always 8. */
  int nearSize() {
    return cpu.is64() ? 8 : operandSize;
  }

  int addressSize() {
    return addressSize;
  }

  int segment() {
    return segment;
  }

  /** Bytes taken so far. */
  int length() {
    return length;
  }

  // ModR/M

  /** Takes ModR/M, SIB and displacement. */
  void modRm() {
    int modRm = nextByte();
    int mod = modRm >> 6;
    reg = (modRm >> 3 & 7) | (rex & 4) << 1;
    rm = modRm & 7;
    ripRelative = false;
    isRegister = mod == 3;
    if (isRegister) {
      rm |= (rex & 1) << 3;
    } else if (addressSize == 2) {
      // The only form of 16-bit addresses here: a displacement alone.
      if (mod != 0 || rm != 6) {
        throw GuestFault.invalidOpcode();
      }
      offset = immediate(2) & 0xFFFF;
    } else {
      memoryOperand(mod);
    }
  }

  private void memoryOperand(int mod) {
    int base = rm;
    offset = 0;
    if (rm == 4) {
      int sib = nextByte();
      base = sib & 7;
      int index = (sib >> 3 & 7) | (rex & 2) << 2;
      if (index != Registers.RSP) {
        offset = cpu.registers.get(index, addressSize) << (sib >> 6);
      }
    }
    if (base == 5 && mod == 0) {
      ripRelative = rm == 5 && cpu.is64();
      offset += immediate(4);
      return;
    }
    offset += cpu.registers.get(base | (rex & 1) << 3, addressSize);
    offset += mod == 1 ? immediate(1) : mod == 2 ? immediate(4) : 0;
  }

  /** The offset that ModR/M gives, as LEA does; RIP must be behind the instruction. */
  long effectiveAddress() {
    return (ripRelative ? offset + cpu.registers.rip : offset) & Registers.mask(addressSize);
  }

  /** The linear address that ModR/M gives. */
  long linearAddress() {
    return cpu.linear(segment, effectiveAddress());
  }

  boolean isRegister() {
    return isRegister;
  }

  /** Bits 5:3 of ModR/M where they tell an operation. */
  int operation() {
    return reg & 7;
  }

  /** Bits 5:3 of ModR/M where they number a register that is no general one. */
  int reg() {
    return reg;
  }

  /** Bits 2:0 of ModR/M. */
  int rm() {
    return rm;
  }

  /** The register that the low bits of the opcode number. */
  int opcodeRegister() {
    return (opcode & 7) | (rex & 1) << 3;
  }

  long readReg(int size) {
    return readRegister(reg, size);
  }

  void writeReg(int size, long value) {
    writeRegister(reg, size, value);
  }

  /** A general register; without REX, 4 to 7 as bytes are AH to BH. */
  long readRegister(int register, int size) {
    return isHighByte(register, size)
        ? cpu.registers.get(register - 4) >>> 8 & 0xFF
        : cpu.registers.get(register, size);
  }

  void writeRegister(int register, int size, long value) {
    if (isHighByte(register, size)) {
      long low = cpu.registers.get(register - 4, 1);
      cpu.registers.set(register - 4, 2, (value & 0xFF) << 8 | low);
    } else {
      cpu.registers.set(register, size, value);
    }
  }

  private boolean isHighByte(int register, int size) {
    return size == 1 && rex == 0 && register >= 4 && register < 8;
  }

  // The operand that is a register or in memory

  long read(int size) {
    return isRegister
        ? readRegister(rm, size)
        : cpu.memory.read(linearAddress(), size, cpu.ownAccess());
  }

  void write(int size, long value) {
    if (isRegister) {
      writeRegister(rm, size, value);
    } else {
      cpu.memory.write(linearAddress(), size, value, cpu.ownAccess());
    }
  }

  /** Replaces the operand by what {@code change} makes of it, and gives what it was. */
  long modify(int size, LongUnaryOperator change) {
    if (isRegister) {
      long before = readRegister(rm, size);
      writeRegister(rm, size, change.applyAsLong(before));
      return before;
    }
    long address = linearAddress();
    int access = cpu.ownAccess();
    if (lock) {
      return cpu.memory.modifyLocked(address, size, change, access);
    }
    // A read that is followed by a write is a write from the start: that is what can fault.
    long before = cpu.memory.read(address, size, access | Access.WRITE);
    cpu.memory.write(address, size, change.applyAsLong(before), access);
    return before;
  }
}
