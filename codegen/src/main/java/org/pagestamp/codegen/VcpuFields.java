package org.pagestamp.codegen;

import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.VcpuState;

/** Reading the registers of a {@link VcpuState}. */
final class VcpuFields {
  private VcpuFields() {}

  static Expr cr3(Expr vcpu) {
    return Expr.invoke(vcpu, false, "cr3", "()J");
  }

  /**
   * The PDPTE register that translates {@code gva} in PAE paging. A shift of the lower half leaves
   * no bit to mask away.
   */
  static Expr pdpte(Expr vcpu, Expr gva) {
    int shift = PagingMode.PAE.level(3).shift();
    Expr index = Expr.intShiftRight(Expr.toInt(gva), Expr.intConstant(shift));
    return Expr.invoke(vcpu, false, "pdpte", "(I)J", index);
  }

  static Expr isObserver(Expr vcpu) {
    return Expr.invoke(vcpu, false, "isObserver", "()Z");
  }

  static Expr pkru(Expr vcpu) {
    return Expr.invoke(vcpu, false, "pkru", "()I");
  }

  static Expr pkrs(Expr vcpu) {
    return Expr.invoke(vcpu, false, "pkrs", "()I");
  }
}
