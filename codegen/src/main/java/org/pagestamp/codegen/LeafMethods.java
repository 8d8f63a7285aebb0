package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.objectweb.asm.Opcodes;
import org.pagestamp.codegen.ClassBody.Parameter;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.Role;

/**
 * The ends of the fast path for each page size, {@code leaf1} to {@code leaf3}: they judge all
 * entries of a walk at once, and pack the result.
 *
 * <p>They take what is common: no entry above the leaf has NX, and the page is in the likely slot.
 * Their result is one AND away from the leaf entry, two for a large page. What deviates goes to
 * {@code deviating}, which they share and which adds to the result what is rare, or passes the walk
 * on.
 *
 * <p>They get the entries rather than their combinations: what is computed before the last entry is
 * there would delay the walk to it.
 */
final class LeafMethods {
  private static final String DEVIATING = "deviating";

  /**
   * Bits that long mode ignores in entries that point to tables. PAE paging has them reserved in
   * all entries, so that the masks of each access know them.
   */
  private static final long IGNORED = ~EntryBits.NX & -1L << 52;

  private final WalkerParts parts;
  private final Role role;
  private final SlotPlan plan;
  private final DirectReads direct;

  /**
   * The methods of one class.
   *
   * @param direct how its walks read without a search, or null if they always search
   */
  LeafMethods(WalkerParts parts, DirectReads direct) {
    this.parts = parts;
    this.role = parts.role();
    this.plan = parts.plan();
    this.direct = direct != null && direct.coversAllLevels() ? direct : null;
  }

  /**
   * Calls the method that ends a walk at a level.
   *
   * @param directly whether the entries were read without a search
   * @param entries the leaf and the entries above it, the leaf first
   */
  Expr call(
      PagingLevel level, boolean directly, Expr vcpu, Expr gva, Expr access, List<Expr> entries) {
    List<Expr> arguments = new ArrayList<>(List.of(vcpu, gva, access));
    if (direct != null) {
      arguments.add(constant(care(level, directly)));
    }
    arguments.addAll(entries);
    StringBuilder descriptor = new StringBuilder("(");
    arguments.forEach(argument -> descriptor.append(argument.descriptor()));
    return Expr.call(
        parts.owner(),
        "leaf" + level.number(),
        descriptor.append(")J").toString(),
        arguments.toArray(Expr[]::new));
  }

  /**
   * The bits of the entries above a leaf, and of all addresses, that are clear in common walks.
   * With those that are ignored, and hardly ever set, if that makes it a mask of 32 bits,
   * sign-extended, which takes neither a register nor an instruction to load it.
   */
  private long care(PagingLevel level, boolean directly) {
    long reserved = parts.entries().reservedAbove(level, plan, directly);
    if (directly) {
      reserved |= direct.outside();
    }
    if (role.mode().entryBytes() == Integer.BYTES) {
      return reserved & EntryBits.FRAME_32;
    }
    reserved |= EntryBits.NX;
    long strict = reserved | IGNORED;
    return directly && strict == (int) strict ? strict : reserved;
  }

  /** Emits the methods of all levels that can map pages, and what they share. */
  void write(ClassBody body, List<Parameter> walkParameters) {
    for (PagingLevel level : role.mode().levels()) {
      if (level.leafRule() == LeafRule.ALWAYS || level.hasPageSizeBit(role)) {
        writeLeaf(body, level, walkParameters);
      }
    }
    List<Parameter> parameters = new ArrayList<>(walkParameters);
    parameters.add(new Parameter("strays", Expr.LONG));
    parameters.add(new Parameter("result", Expr.LONG));
    if (handsOnWrong()) {
      parameters.add(new Parameter("wrong", Expr.LONG));
    }
    body.method(
        Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC,
        DEVIATING,
        Expr.LONG,
        parameters,
        (code, p) -> {
          Expr wrong = handsOnWrong() ? p[5] : parts.permissions().wrong(p[4], p[2]);
          finishDeviating(code, p[0], p[1], p[2], wrong, p[3], p[4]);
        });
  }

  private void writeLeaf(ClassBody body, PagingLevel level, List<Parameter> walkParameters) {
    List<Parameter> parameters = new ArrayList<>(walkParameters);
    if (direct != null) {
      parameters.add(new Parameter("care", Expr.LONG));
    }
    int first = parameters.size();
    for (int i = level.number(); i <= role.mode().topLevelInMemory(); i++) {
      parameters.add(new Parameter(EntryFormat.name(role.mode().level(i)), Expr.LONG));
    }
    body.method(
        Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC,
        "leaf" + level.number(),
        Expr.LONG,
        parameters,
        (code, p) -> {
          List<Expr> entries = List.of(p).subList(first, parameters.size());
          Expr care = direct == null ? constant(care(level, false)) : p[3];
          finish(code, level, p[0], p[1], p[2], care, entries);
        });
  }

  private void finish(
      Code code,
      PagingLevel level,
      Expr vcpu,
      Expr gva,
      Expr access,
      Expr care,
      List<Expr> entries) {
    PermissionFields permissions = parts.permissions();
    Expr exact = parts.callExact(vcpu, gva, access);
    Expr leaf = level.number() == 1 ? zeroExtended(code, entries.getFirst()) : entries.getFirst();
    long rare = permissions.rare(level);
    Expr and = combineUpper(code, "and", entries, Expr::and);
    Expr or = care.isConstant(0) ? null : combineUpper(code, "or", entries, Expr::or);
    ResultFormat results = parts.results();
    Expr outside = permissions.outsideInPage(level, gva);
    Expr strays = or == null || care.isConstant(EntryBits.NX) ? null : strays(and, or, care);
    if (permissions.knowsPlain(level)) {
      Expr plain = zeroExtended(code, leaf);
      Expr wrong = permissions.wrongLeaf(level, true, plain, access);
      Cond isPlain = Cond.isZero(orAll(wrong, outside, strays));
      code.returnIf(isPlain, results.plain(level, plain, gva));
    }
    Expr kept =
        code.let(
            rare == 0 ? "result" : "kept",
            results.kept(
                level, leaf, and, permissions.alwaysOne(), permissions.alwaysZero() | rare));
    Expr placed = results.placed(level, kept, gva);
    Expr differing = permissions.wrongLeaf(level, false, kept, access);
    Expr wrong = handsOnWrong() ? code.let("wrong", differing) : differing;
    Expr judged = orAll(wrong, outside);
    BiConsumer<Cond, Expr> deviateIf =
        (condition, straying) -> {
          Expr deviating = deviating(vcpu, gva, access, wrong, straying, placed);
          if (rare == 0) {
            code.returnIf(condition, deviating);
            return;
          }
          Cond isRare = Cond.isNotZero(Expr.and(kept, constant(rare)));
          code.when(
              condition,
              () -> {
                code.returnIf(isRare, exact);
                code.ret(deviating);
              });
        };
    if (or == null) {
      deviateIf.accept(Cond.isNotZero(judged), constant(0));
    } else if (care.isConstant(EntryBits.NX)) {
      Expr executeDisable = Expr.and(or, constant("NX", EntryBits.NX));
      deviateIf.accept(Cond.isNotZero(judged), executeDisable);
      deviateIf.accept(
          Cond.less(or, constant(0)).printedAs(() -> or.text() + " has NX"), executeDisable);
    } else {
      Expr straying = code.let("strays", strays);
      deviateIf.accept(Cond.isNotZero(Expr.or(judged, straying)), straying);
    }
    Expr result = rare == 0 ? kept : code.let("result", placed);
    permissions
        .keyDenies(vcpu, leaf, permissions.knownToKeys(and, result), access)
        .forEach(cond -> code.returnIf(cond, exact));
    if (!permissions.knowsLikelySlot()) {
      SlotFlags.add(code, parts.slots(), plan, result);
    }
    code.ret(result);
  }

  /** An entry as the long that it is without a sign. */
  private Expr zeroExtended(Code code, Expr entry) {
    return role.mode().entryBytes() == Long.BYTES
        ? entry
        : code.let("unsigned", Expr.toUnsignedLong(Expr.toInt(entry)));
  }

  private static Expr orAll(Expr... values) {
    return Stream.of(values).filter(Objects::nonNull).reduce(Expr::or).orElseThrow();
  }

  /**
   * Whether {@code deviating} is told what is wrong, rather than finding out again. In long mode C2
   * spares a move where that word is not needed after its test; with fewer levels its code is the
   * better for it.
   */
  private boolean handsOnWrong() {
    return !role.mode().isLongMode();
  }

  private Expr deviating(Expr vcpu, Expr gva, Expr access, Expr wrong, Expr strays, Expr result) {
    return handsOnWrong()
        ? Expr.call(
            parts.owner(),
            DEVIATING,
            "(Lorg/pagestamp/walk/VcpuState;JIJJJ)J",
            vcpu,
            gva,
            access,
            strays,
            result,
            wrong)
        : Expr.call(
            parts.owner(),
            DEVIATING,
            "(Lorg/pagestamp/walk/VcpuState;JIJJ)J",
            vcpu,
            gva,
            access,
            strays,
            result);
  }

  private Expr strays(Expr and, Expr or, Expr care) {
    return Expr.and(direct == null ? or : direct.strays(and, or), care);
  }

  /**
   * What is allowed, yet not common: adds NX of upper levels, and what holds the page. All else is
   * passed on.
   */
  private void finishDeviating(
      Code code, Expr vcpu, Expr gva, Expr access, Expr wrong, Expr strays, Expr result) {
    if (direct != null) {
      Expr outside = Expr.and(strays, constant("OUTSIDE", direct.outside()));
      code.returnIf(Cond.isNotZero(outside), parts.callSearch(vcpu, gva, access));
    }
    PermissionFields permissions = parts.permissions();
    Expr exact = parts.callExact(vcpu, gva, access);
    Expr forbidding = Expr.and(wrong, constant(~EntryBits.FRAME | permissions.alwaysZero()));
    Expr upper = Expr.and(strays, permissions.careOrAllBut(access, EntryBits.NX | IGNORED));
    code.returnIf(Cond.isNotZero(Expr.or(forbidding, upper)), exact);
    refuseByKey(code, vcpu, access, result, exact);
    if (role.mode().entryBytes() == Long.BYTES) {
      code.set(result, Expr.or(result, Expr.and(strays, constant("NX", EntryBits.NX))));
    }
    SlotFlags.add(code, parts.slots(), plan, result);
    code.ret(result);
  }

  /** Passes on what the key may forbid, the entries above the leaf being forgotten. */
  private void refuseByKey(Code code, Expr vcpu, Expr access, Expr result, Expr exact) {
    PermissionFields permissions = parts.permissions();
    if (permissions.keysIgnoreLeaf()) {
      code.returnIf(Cond.isZero(Expr.and(result, constant("U", EntryBits.U))), exact);
    }
    permissions.keyDenies(vcpu, result, result, access).forEach(cond -> code.returnIf(cond, exact));
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
