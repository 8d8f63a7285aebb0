package org.pagestamp.codegen;

import java.util.function.Consumer;

/**
 * What the loops over the walks of a batch in two dimensions refer to.
 *
 * @param code the method
 * @param lanes an array with a word for each walk, for stage 2
 * @param results the array of all results, which has the guest's words meanwhile
 * @param start the number of the first walk
 * @param end the number after the last one
 */
record BatchLoop(Code code, Expr lanes, Expr results, Expr start, Expr end) {
  /**
   * One walk.
   *
   * @param i its number in the results
   * @param lane its number in the lanes
   */
  record Lane(Expr i, Expr lane) {}

  void each(String name, Consumer<Lane> step) {
    code.repeat(name, start, end, 1, i -> step.accept(new Lane(i, Expr.intMinus(i, start))));
  }
}
