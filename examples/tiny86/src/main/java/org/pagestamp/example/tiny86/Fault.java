package org.pagestamp.example.tiny86;

import java.util.Locale;

/**
 * An exception that the guest got.
 *
 * @param cpu the number of the CPU
 * @param vector 14 for #PF
 * @param errorCode as the handler finds it; 0 where there is none
 * @param address CR2 of a page fault; otherwise 0
 * @param rip of the instruction that faulted
 */
public record Fault(int cpu, int vector, int errorCode, long address, long rip) {
  /** The exception without where it was, for example {@code #PF 0x6}. */
  public String code() {
    return String.format(Locale.ROOT, "%s 0x%x", name(), errorCode);
  }

  private String name() {
    return switch (vector) {
      case GuestFault.INVALID_OPCODE -> "#UD";
      case GuestFault.GENERAL_PROTECTION -> "#GP";
      case GuestFault.PAGE_FAULT -> "#PF";
      default -> "#" + vector;
    };
  }

  /** For example {@code cpu 0 #PF 0x6 cr2=0x410008 rip=0x400012}. */
  @Override
  public String toString() {
    String cr2 =
        vector == GuestFault.PAGE_FAULT ? String.format(Locale.ROOT, " cr2=0x%x", address) : "";
    return String.format(Locale.ROOT, "cpu %d %s%s rip=0x%x", cpu, code(), cr2, rip);
  }
}
