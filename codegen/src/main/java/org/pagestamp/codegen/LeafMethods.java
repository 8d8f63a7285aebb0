package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import org.objectweb.asm.Opcodes;
import org.pagestamp.codegen.ClassBody.Parameter;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.Role;

/**
 * The ends of the fast path for each page size: they judge all entries of a walk at once, and pack
 * the result.
 *
 * <p>{@code leaf1} to {@code leaf3} take what is common: a page in the likely slot, and NX in no
 * entry above the leaf. Their result is one AND away from the leaf entry. {@code anyLeaf1} to
 * {@code anyLeaf3} take over where that does not hold, and where the likely slot is read-only, so
 * that no result is so simple, there are only those.
 *
 * <p>Both get the entries rather than their combinations: what is computed before the last entry is
 * there would delay the walk to it.
 */
final class LeafMethods {
  private final WalkerParts parts;
  private final Role role;
  private final SlotPlan plan;

  LeafMethods(WalkerParts parts) {
    this.parts = parts;
    this.role = parts.role();
    this.plan = parts.plan();
  }

  /**
   * Calls the method that ends a walk at a level.
   *
   * @param entries the leaf and the entries above it, the leaf first
   */
  Expr call(PagingLevel level, Expr vcpu, Expr gva, Expr access, List<Expr> entries) {
    String name = (hasCommonCase() ? "leaf" : "anyLeaf") + level.number();
    return call(name, vcpu, gva, access, entries);
  }

  private Expr call(String name, Expr vcpu, Expr gva, Expr access, List<Expr> entries) {
    List<Expr> arguments = new ArrayList<>(List.of(vcpu, gva, access));
    arguments.addAll(entries);
    StringBuilder descriptor = new StringBuilder("(");
    arguments.forEach(argument -> descriptor.append(argument.descriptor()));
    return Expr.call(
        parts.owner(), name, descriptor.append(")J").toString(), arguments.toArray(Expr[]::new));
  }

  private boolean hasCommonCase() {
    return plan.isWritable(plan.likely());
  }

  /** Emits the methods of all levels that can map pages. */
  void write(ClassBody body, List<Parameter> walkParameters) {
    for (PagingLevel level : role.mode().levels()) {
      if (level.leafRule() == LeafRule.ALWAYS || level.hasPageSizeBit(role)) {
        if (hasCommonCase()) {
          write(body, "leaf", level, walkParameters, this::finishCommon);
        }
        write(body, "anyLeaf", level, walkParameters, this::finishAny);
      }
    }
  }

  private void write(
      ClassBody body,
      String name,
      PagingLevel level,
      List<Parameter> walkParameters,
      Finish statements) {
    List<Parameter> parameters = new ArrayList<>(walkParameters);
    for (int i = level.number(); i <= role.mode().topLevelInMemory(); i++) {
      parameters.add(new Parameter(EntryFormat.name(role.mode().level(i)), Expr.LONG));
    }
    body.method(
        Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC,
        name + level.number(),
        Expr.LONG,
        parameters,
        (code, p) ->
            statements.write(
                code, level, p[0], p[1], p[2], List.of(p).subList(3, parameters.size())));
  }

  /** The statements of a method. */
  private interface Finish {
    void write(Code code, PagingLevel level, Expr vcpu, Expr gva, Expr access, List<Expr> entries);
  }

  private void finishCommon(
      Code code, PagingLevel level, Expr vcpu, Expr gva, Expr access, List<Expr> entries) {
    PermissionFields permissions = parts.permissions();
    Expr other = call("anyLeaf" + level.number(), vcpu, gva, access, entries);
    Expr leaf = entries.getFirst();
    Expr and = combineUpper(code, "and", entries, Expr::and);
    boolean hasNx = role.mode().entryBytes() == Long.BYTES;
    Expr or = hasNx ? combineUpper(code, "or", entries, Expr::or) : null;
    Expr result =
        code.let(
            "result",
            parts
                .results()
                .combined(
                    level,
                    leaf,
                    and,
                    null,
                    gva,
                    permissions.alwaysOne(),
                    permissions.alwaysZero()));
    boolean sized = permissions.knowsLikelySlot();
    Expr wrong =
        sized
            ? permissions.differsOrElsewhere(result, access)
            : permissions.differs(result, access);
    code.returnIf(Cond.isNotZero(orReserved(level, leaf, wrong)), other);
    if (or != null) {
      code.returnIf(Cond.less(or, constant(0)).printedAs(() -> or.text() + " has NX"), other);
    }
    permissions.keyDenies(vcpu, leaf, result, access).forEach(cond -> code.returnIf(cond, other));
    if (!sized) {
      Expr page = Expr.and(result, constant("FRAME", EntryBits.FRAME));
      SlotMethods slots = parts.slots();
      code.returnIf(Cond.notBelow(slots.likelyOffset(page), slots.likelySize()), other);
    }
    code.ret(result);
  }

  private void finishAny(
      Code code, PagingLevel level, Expr vcpu, Expr gva, Expr access, List<Expr> entries) {
    PermissionFields permissions = parts.permissions();
    Expr exact = parts.callExact(vcpu, gva, access);
    Expr leaf = entries.getFirst();
    Expr and = combineUpper(code, "and", entries, Expr::and);
    Expr or = combineUpper(code, "or", entries, Expr::or);
    Expr result =
        code.let(
            "result",
            parts
                .results()
                .combined(
                    level, leaf, and, or, gva, permissions.alwaysOne(), permissions.alwaysZero()));
    Expr wrong = orReserved(level, leaf, permissions.differs(result, access));
    code.returnIf(Cond.isNotZero(wrong), exact);
    permissions.keyDenies(vcpu, leaf, result, access).forEach(cond -> code.returnIf(cond, exact));
    SlotFlags.add(code, parts.slots(), plan, result);
    code.ret(result);
  }

  /** Adds the leaf's reserved bits that are not part of the result. */
  private Expr orReserved(PagingLevel level, Expr leaf, Expr wrong) {
    long inLeaf = parts.entries().reservedInLeaf(level) & ~parts.permissions().alwaysZero();
    return inLeaf == 0 ? wrong : Expr.or(wrong, Expr.and(leaf, constant(inLeaf)));
  }

  /** The entries above the leaf in one, or null if there are none. */
  private static Expr combineUpper(
      Code code, String name, List<Expr> entries, BinaryOperator<Expr> operator) {
    return entries.stream()
        .skip(1)
        .reduce((below, above) -> operator.apply(above, below))
        .map(combined -> entries.size() == 2 ? combined : code.let(name, combined))
        .orElse(null);
  }
}
