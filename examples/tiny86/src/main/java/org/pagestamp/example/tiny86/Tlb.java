package org.pagestamp.example.tiny86;

import org.pagestamp.mode.ControlBits;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.Translator;

/** What translates for a CPU, and the instructions that invalidate. */
interface Tlb extends Translator {
  /** No TLB: each access walks, and there is nothing to invalidate. */
  static Tlb none(Mmu mmu) {
    return new Tlb() {
      @Override
      public long translate(long gva, int access) {
        return mmu.translate(gva, access);
      }

      @Override
      public void invlpg(long gva) {}

      @Override
      public boolean invpcid(long type, long descriptor, long gva) {
        return type >= 0 && type <= 3 && (descriptor & ~ControlBits.CR3_PCID) == 0;
      }

      @Override
      public long hits() {
        return 0;
      }
    };
  }

  /** INVLPG. */
  void invlpg(long gva);

  /**
   * INVPCID.
   *
   * @return false if the operands are impossible: the guest gets #GP
   */
  boolean invpcid(long type, long descriptor, long gva);

  /** How many translations needed no walk. */
  long hits();
}
