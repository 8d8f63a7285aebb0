package org.pagestamp.example.tiny86;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;

/** A hash of all that a run has left: registers, memory, dirty logs and the console. */
final class FinalState {
  private static final int SHOWN = 16;

  private final StringBuilder registers = new StringBuilder();

  private FinalState() {}

  /** The first 16 digits of a SHA-256. */
  static String hash(List<Cpu> cpus, SlotLayout slots, String console) {
    MessageDigest digest = sha256();
    FinalState state = new FinalState();
    cpus.forEach(state::add);
    digest.update(state.registers.toString().getBytes(StandardCharsets.UTF_8));
    digest.update(console.getBytes(StandardCharsets.UTF_8));
    GuestMemory memory = new GuestMemory(slots);
    for (MemSlot slot : slots.slots()) {
      byte[] bytes = new byte[(int) slot.byteSize()];
      int _ = memory.read(slot.baseGpa(), bytes, 0, bytes.length);
      digest.update(bytes);
      for (long page = 0; slot.dirtyLog() != null && page < slot.pages(); page++) {
        digest.update((byte) (slot.dirtyLog().isDirty(page) ? 1 : 0));
      }
    }
    return HexFormat.of().formatHex(digest.digest()).substring(0, SHOWN);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private void add(Cpu cpu) {
    for (int i = 0; i < 16; i++) {
      registers.append(cpu.registers.get(i)).append(' ');
    }
    registers.append(cpu.registers.rip).append(' ').append(cpu.registers.rflags).append(' ');
    for (Segment segment : cpu.segments) {
      registers.append(segment).append(' ');
    }
    registers.append(cpu.mmu).append(' ').append(cpu.mmu.pkru()).append(' ').append(cpu.cr2);
    for (int i = 0; i < 4; i++) {
      registers.append(' ').append(cpu.mmu.pdpte(i));
    }
    registers.append('\n');
  }
}
