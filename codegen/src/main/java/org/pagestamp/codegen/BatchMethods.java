package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import java.util.List;
import org.pagestamp.choice.KeyCheck;
import org.pagestamp.codegen.ClassBody.Parameter;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/**
 * The method {@code batch}: many walks at a time, a level of all of them after the other, so that
 * the CPU waits for their entries together. {@link GeneratedWalker#walkAll} says with what result.
 *
 * <p>Each walk has one word, in the array of the results: the last entry read, with the rights of
 * all entries so far folded in. NX and PS are kept inverted, so that folding is an AND. What is not
 * a 4-KiB page in the common case loses its bit P.
 */
final class BatchMethods {
  private static final String LONGS = "[J";
  private static final Parameter VCPU = new Parameter("vcpu", "Lorg/pagestamp/walk/VcpuState;");
  private static final Parameter GVAS = new Parameter("gvas", LONGS);
  private static final Parameter ACCESS = new Parameter("access", Expr.INT);
  private static final Parameter RESULTS = new Parameter("results", LONGS);

  private final WalkerParts parts;
  private final Role role;
  private final PagingMode mode;
  private final EntryFormat entries;

  /** {@link EntryBits#PS} where it ends the common case in an entry of any level but the last. */
  private final long largePage;

  BatchMethods(WalkerParts parts) {
    this.parts = parts;
    this.role = parts.role();
    this.mode = role.mode();
    this.entries = parts.entries();
    this.largePage =
        mode.levels().stream()
                .filter(level -> isInMemory(level) && level.leafRule() != LeafRule.ALWAYS)
                .allMatch(level -> (uncommonInTable(level) & EntryBits.PS) != 0)
            ? EntryBits.PS
            : 0;
  }

  /**
   * Whether a class has the method: not where reading an entry may have effects, for that takes
   * validated entries; not where no result is simple; and not where PDPTEs are in memory or the U
   * bit of a leaf does not count, which one word for each walk does not tell.
   */
  static boolean areOf(Role role, SlotPlan plan) {
    return plan.allowsEarlyReads()
        && plan.isWritable(plan.likely())
        && !role.readsPdptes()
        && role.choices().key() != KeyCheck.BEFORE_LEAF_RIGHTS;
  }

  void write(ClassBody body) {
    body.method(
        0,
        "batch",
        Expr.VOID,
        List.of(
            VCPU,
            GVAS,
            ACCESS,
            RESULTS,
            new Parameter("start", Expr.INT),
            new Parameter("end", Expr.INT)),
        (code, p) -> writeBatch(code, p[0], p[1], p[2], p[3], p[4], p[5]));
  }

  private void writeBatch(
      Code code, Expr vcpu, Expr gvas, Expr access, Expr results, Expr start, Expr end) {
    Expr root = mode == PagingMode.PAE ? null : code.let("root", root(vcpu));
    PagingLevel top = mode.level(mode.topLevelInMemory());
    for (PagingLevel level : mode.levels()) {
      if (!isInMemory(level)) {
        continue;
      }
      code.repeat(
          "i" + level.number(),
          start,
          end,
          1,
          i -> {
            Expr gva = code.let("gva", Expr.element(gvas, i));
            Expr first = mode == PagingMode.PAE ? pdpte(vcpu, gva) : root;
            Expr word = code.let("word", level.equals(top) ? first : Expr.element(results, i));
            if (level.equals(top) && mode.isLongMode()) {
              code.when(
                  Cond.isNotZero(entries.nonCanonical(gva)), () -> code.set(word, constant(0)));
            }
            read(code, level, gva, word);
            code.setElement(results, i, word);
          });
    }
    code.repeat("j", start, end, 1, i -> finish(code, access, vcpu, results, i));
    code.retVoid();
  }

  /** What all rights are before an entry is read, with the address of the first table. */
  private Expr root(Expr vcpu) {
    return Expr.or(entries.root(VcpuFields.cr3(vcpu)), constant("RIGHTS", folded()));
  }

  private Expr pdpte(Expr vcpu, Expr gva) {
    long others = folded() & ~EntryBits.P;
    return Expr.or(VcpuFields.pdpte(vcpu, gva), constant("RIGHTS", others));
  }

  /** The bits that are ANDed over the levels. */
  private long folded() {
    return EntryBits.P | EntryBits.W | EntryBits.U | EntryBits.A | noExecute() | largePage;
  }

  /** {@link EntryBits#NX} where entries have it; inverted in all words. */
  private long noExecute() {
    return mode.entryBytes() == Long.BYTES ? EntryBits.NX : 0;
  }

  private static Expr inverting(long bits, Expr word) {
    return bits == 0
        ? word
        : Expr.xor(word, constant(bits == EntryBits.NX ? "NX" : "INVERTED", bits));
  }

  /** Whether the walk reads the level's entry; a PDPTE of PAE is in a register. */
  private boolean isInMemory(PagingLevel level) {
    return level.number() <= mode.topLevelInMemory();
  }

  /** The bits of a table's entry that are to be clear, but for NX. */
  private long uncommonInTable(PagingLevel level) {
    return (entries.reservedInTable(level) & ~entries.refusedBySlots(parts.plan()) & ~EntryBits.NX)
        | (level.hasPageSizeBit(role) ? EntryBits.PS : 0);
  }

  /** {@code word = the next entry, with what is folded}. */
  private void read(Code code, PagingLevel level, Expr gva, Expr word) {
    boolean isLeaf = level.leafRule() == LeafRule.ALWAYS;
    if (isLeaf && largePage != 0) {
      code.when(
          Cond.isZero(Expr.and(word, constant("PS", largePage))),
          () -> code.set(word, constant(0)));
    }
    Expr table = entries.tableOrBeyond(word, parts.plan());
    Expr entry =
        code.let(
            EntryFormat.name(level), parts.slots().entry(table, entries.byteIndex(level, gva)));
    Expr plain = inverting(isLeaf ? noExecute() : noExecute() | largePage, entry);
    code.set(word, Expr.and(plain, Expr.or(word, constant("~RIGHTS", ~folded()))));
    long other = isLeaf ? 0 : uncommonInTable(level) & ~largePage;
    if (other != 0) {
      code.when(
          Cond.isNotZero(Expr.and(entry, constant(other))), () -> code.set(word, constant(0)));
    }
  }

  /** {@code results[i] = the result, or 0 if the walk must be made by itself}. */
  private void finish(Code code, Expr access, Expr vcpu, Expr results, Expr i) {
    PermissionFields permissions = parts.permissions();
    PagingLevel leaf = mode.level(1);
    Expr word = Expr.element(results, i);
    Expr plain = inverting(noExecute(), word);
    Expr result =
        code.let(
            "result",
            parts
                .results()
                .common(
                    leaf, plain, null, null, permissions.alwaysOne(), permissions.alwaysZero()));
    Runnable redo = () -> code.set(result, constant(0));
    // Among what permissions forbid is all that is reserved in a leaf of level 1.
    code.when(Cond.isNotZero(permissions.wrong(result, access)), redo);
    for (Cond denied : permissions.keyDenies(vcpu, result, result, access)) {
      code.when(denied, redo);
    }
    if (!permissions.knowsLikelySlot()) {
      Expr page = Expr.and(result, constant("FRAME", EntryBits.FRAME));
      code.when(Cond.notBelow(parts.slots().likelyOffset(page), parts.slots().likelySize()), redo);
    }
    code.setElement(results, i, result);
  }
}
