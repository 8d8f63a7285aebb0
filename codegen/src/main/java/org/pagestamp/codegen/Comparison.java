package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

/**
 * Whether some bits of a value are as they should be: {@code ((value ^ expected) & mask) == 0}. In
 * this form C2 needs no register for what is expected, where the path not taken is never compiled.
 *
 * @param value what is judged
 * @param mask the bits that matter
 * @param expected which of them must be set
 */
record Comparison(Expr value, long mask, long expected) {
  /** Also other bits. */
  Comparison and(long otherMask, long otherExpected) {
    return new Comparison(value, mask | otherMask, expected | otherExpected);
  }

  private Expr different() {
    Expr changed = expected == 0 ? value : Expr.xor(value, constant(expected));
    return Expr.and(changed, constant(mask));
  }

  Cond holds() {
    return Cond.isZero(different());
  }

  Cond negated() {
    return Cond.isNotZero(different());
  }
}
