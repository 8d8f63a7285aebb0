package org.pagestamp.codegen;

import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/** A method of a generated class that walks: its parameters, and what emitters of it work with. */
abstract class WalkMethod {
  final Role role;
  final PagingMode mode;
  final SlotPlan plan;
  final EntryFormat entries;
  final SlotMethods slots;
  final Code code;
  final Expr vcpu;
  final Expr gva;
  final Expr access;

  /**
   * A method under construction.
   *
   * @param parameters vcpu, gva and access
   */
  WalkMethod(WalkerParts parts, Code code, Expr... parameters) {
    this.role = parts.role();
    this.mode = role.mode();
    this.plan = parts.plan();
    this.entries = parts.entries();
    this.slots = parts.slots();
    this.code = code;
    this.vcpu = parameters[0];
    this.gva = parameters[1];
    this.access = parameters[2];
  }

  /** Emits the statements. */
  abstract void write();
}
