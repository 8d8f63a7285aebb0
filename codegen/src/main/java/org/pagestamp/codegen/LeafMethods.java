package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.pagestamp.codegen.ClassBody.Parameter;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.Role;

/**
 * The methods {@code leaf1} to {@code leaf3}, the ends of the fast path for each page size: they
 * judge all entries of a walk at once, and pack the result.
 */
final class LeafMethods {
  private final WalkerParts parts;
  private final Role role;

  LeafMethods(WalkerParts parts) {
    this.parts = parts;
    this.role = parts.role();
  }

  /**
   * Calls the method of a level.
   *
   * @param and AND of the entries above the leaf, or null if there are none
   * @param or OR of the entries above the leaf, or null if there are none
   */
  Expr call(PagingLevel level, Expr vcpu, Expr gva, Expr access, Expr entry, Expr and, Expr or) {
    List<Expr> arguments = new ArrayList<>(List.of(vcpu, gva, access, entry));
    if (and != null) {
      arguments.add(and);
      arguments.add(or);
    }
    StringBuilder descriptor = new StringBuilder("(");
    arguments.forEach(argument -> descriptor.append(argument.descriptor()));
    return Expr.call(
        parts.owner(),
        name(level),
        descriptor.append(")J").toString(),
        arguments.toArray(Expr[]::new));
  }

  private static String name(PagingLevel level) {
    return "leaf" + level.number();
  }

  /** Emits the methods of all levels that can map pages. */
  void write(ClassBody body, List<Parameter> walkParameters) {
    for (PagingLevel level : role.mode().levels()) {
      if (level.leafRule() == LeafRule.ALWAYS || level.hasPageSizeBit(role)) {
        write(body, level, walkParameters);
      }
    }
  }

  private void write(ClassBody body, PagingLevel level, List<Parameter> walkParameters) {
    List<Parameter> parameters = new ArrayList<>(walkParameters);
    parameters.add(new Parameter(EntryFormat.name(level), Expr.LONG));
    if (level.number() < role.mode().topLevelInMemory()) {
      parameters.add(new Parameter("and", Expr.LONG));
      parameters.add(new Parameter("or", Expr.LONG));
    }
    body.method(
        Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC,
        name(level),
        Expr.LONG,
        parameters,
        (code, p) -> {
          Expr and = p.length > 4 ? p[4] : null;
          Expr or = p.length > 4 ? p[5] : null;
          finish(code, level, p[0], p[1], p[2], p[3], and, or);
        });
  }

  private void finish(
      Code code,
      PagingLevel level,
      Expr vcpu,
      Expr gva,
      Expr access,
      Expr leaf,
      Expr and,
      Expr or) {
    PermissionFields permissions = parts.permissions();
    Expr exact = parts.callExact(vcpu, gva, access);
    long allOne = permissions.alwaysOne();
    long allZero = permissions.alwaysZero();
    Expr result =
        code.let("result", parts.results().combined(level, leaf, and, or, gva, allOne, allZero));
    Expr wrong = permissions.differs(result, access);
    long inLeaf = parts.entries().reservedInLeaf(level) & ~allZero;
    if (inLeaf != 0) {
      wrong = Expr.or(wrong, Expr.and(leaf, constant(inLeaf)));
    }
    code.returnIf(Cond.isNotZero(wrong), exact);
    permissions.keyDenies(vcpu, leaf, result, access).forEach(cond -> code.returnIf(cond, exact));
    SlotFlags.add(code, parts.slots(), parts.plan(), result);
    code.ret(result);
  }
}
