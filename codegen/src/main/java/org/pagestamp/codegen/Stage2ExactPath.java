package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;
import static org.pagestamp.codegen.Expr.intConstant;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.pagestamp.codegen.ClassBody.Parameter;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.stage2.EptBits;
import org.pagestamp.stage2.PmlRule;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Cause;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;
import org.pagestamp.stage2.Stage2Result;

/**
 * The method {@code stage2}: one try of a walk of stage 2 with every check in its place, the exact
 * fault, and the accessed and dirty bits. The order is KVM's {@code walk_addr_generic}, unrolled.
 */
final class Stage2ExactPath {
  private static final String NAME = "stage2";
  static final List<Parameter> PARAMETERS =
      List.of(
          new Parameter("state2", "Lorg/pagestamp/stage2/Stage2State;"),
          new Parameter("gpa", Expr.LONG),
          new Parameter("access2", Expr.INT));

  /** The answer where an entry has changed since it was read; no result is equal to it. */
  private static final long CHANGED = Long.MIN_VALUE;

  private final Stage2Parts parts;
  private final Stage2Format format;
  private final Stage2Entries entries;
  private final SlotMethods slots;
  private final Stage2Faults faults;
  private final Code code;
  private final Expr state;
  private final Expr gpa;
  private final Expr access;

  /** An entry as it was read: its place is needed again for its accessed bit. */
  private record Read(Stage2Level level, Expr gpa, Expr slot, Expr entry) {}

  Stage2ExactPath(Stage2Parts parts, Code code, Expr... parameters) {
    this.parts = parts;
    this.format = parts.format();
    this.entries = parts.entries();
    this.slots = parts.slots();
    this.faults = parts.faults();
    this.code = code;
    this.state = parameters[0];
    this.gpa = parameters[1];
    this.access = parameters[2];
  }

  /** Emits the method. */
  static void write(ClassBody body, Stage2Parts parts) {
    body.method(
        Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC,
        NAME,
        Expr.LONG,
        PARAMETERS,
        (code, p) -> new Stage2ExactPath(parts, code, p).write());
  }

  /** Calls the method. */
  static Expr call(String owner, Expr state, Expr gpa, Expr access) {
    return Expr.call(owner, NAME, "(Lorg/pagestamp/stage2/Stage2State;JI)J", state, gpa, access);
  }

  static Expr changed() {
    return constant("CHANGED", CHANGED);
  }

  private void write() {
    code.run(NestedFields.gpa(state, gpa));
    if (entries.beyond() != 0) {
      code.returnIf(
          Cond.isNotZero(Expr.shiftRight(gpa, format.gpaBits())),
          fault(Stage2Cause.GPA_TOO_WIDE, null, 0));
    }
    Expr root = Expr.and(NestedFields.root(state), constant("ROOT2", format.rootMask()));
    descend(format.level(format.topLevel()), root, null, List.of());
  }

  private Expr fault(Stage2Cause cause, Expr and, int level) {
    return faults.fault(cause, access, and, level);
  }

  private void descend(Stage2Level level, Expr table, Expr above, List<Read> readAbove) {
    int number = level.number();
    String name = "entry" + number;
    Expr at = code.let(name + "Gpa", Expr.plus(table, entries.byteIndex(level, gpa)));
    Expr slot = code.let(name + "Slot", slots.slotOf(at));
    code.returnIf(
        Cond.less(slot, intConstant(0)), fault(Stage2Cause.TABLE_IN_NO_SLOT, null, number));
    Expr entry = code.let(name, slots.read(slot, at));
    List<Read> reads = new ArrayList<>(readAbove);
    reads.add(new Read(level, at, slot, entry));
    Expr and = code.let("and" + number, combined(level, entry, above));
    code.returnIf(
        Cond.isZero(Expr.and(entry, constant("PRESENT2", format.present()))),
        fault(Stage2Cause.NOT_PRESENT, and, number));
    if (number == 1) {
      refuseIllegal(level, entry, and, true);
      finish(level, and, reads);
      return;
    }
    if (Stage2Entries.mapsLargePages(level)) {
      code.when(
          Cond.isNotZero(Expr.and(entry, constant("PS", level.leafBits()))),
          () -> {
            refuseIllegal(level, entry, and, true);
            finish(level, and, reads);
          });
    }
    refuseIllegal(level, entry, and, false);
    descend(
        format.level(number - 1),
        Expr.and(entry, constant("FRAME", format.tableMask())),
        and,
        reads);
  }

  /** All entries ANDed, bits that forbid inverted; what does not count is taken for set. */
  private Expr combined(Stage2Level level, Expr entry, Expr above) {
    if (!Stage2Entries.isCounted(level)) {
      return above == null ? constant("ALL", -1L) : above;
    }
    long forbidding = entries.forbidding();
    Expr inverted = forbidding == 0 ? entry : Expr.xor(entry, constant("NX", forbidding));
    return above == null ? inverted : Expr.and(above, inverted);
  }

  private void refuseIllegal(Stage2Level level, Expr entry, Expr and, boolean leaf) {
    Expr illegal = fault(Stage2Cause.RESERVED, and, level.number());
    long reserved =
        leaf ? Stage2Entries.reservedInLeaf(level) : Stage2Entries.reservedInTable(level);
    if (reserved != 0) {
      code.returnIf(Cond.isNotZero(Expr.and(entry, constant(reserved))), illegal);
    }
    if (format.ept()) {
      code.returnIf(isSet(format.illegalRights(), rightsOf(entry)), illegal);
      if (leaf) {
        Expr type = Expr.toInt(Stage2Results.moved(entry, EptBits.TYPE, 7));
        code.returnIf(isSet(format.illegalTypes(), type), illegal);
      }
    }
  }

  /** Whether bit {@code place} of a constant is set. */
  private static Cond isSet(int bits, Expr place) {
    Expr shifted = Expr.intShiftRight(intConstant(bits), place);
    return Cond.isNotZero(Expr.intAnd(shifted, intConstant(1)));
  }

  /** R, W, X and the right of user mode to execute, as a number. */
  private Expr rightsOf(Expr entry) {
    Expr rights = Expr.and(entry, constant("RWX", EptBits.R | EptBits.W | EptBits.X));
    return Expr.toInt(
        format.userExecute() == 0
            ? rights
            : Expr.or(rights, Stage2Results.moved(entry, format.userExecute(), 1L << 3)));
  }

  /** All entries are present and well-formed: rights, accessed and dirty bits, result. */
  private void finish(Stage2Level level, Expr and, List<Read> reads) {
    Expr word = code.let("word", entries.word(and, Expr.xor(and, constant(-1))));
    code.returnIf(
        Cond.isNotZero(parts.rightsDenied(word, access)),
        fault(Stage2Cause.RIGHTS, and, level.number()));
    Expr leaf = parts.updates() ? afterUpdate(reads.getLast()) : reads.getLast().entry();
    refuseFullLog(level, reads);
    update(reads, leaf);
    pack(level, word, leaf);
  }

  private void pack(Stage2Level level, Expr word, Expr leaf) {
    long offset = level.pageSize() - 1;
    Expr page = Expr.and(leaf, constant(level.frameMask()));
    if (level.highFrameBits() != 0) {
      Expr high = Expr.and(leaf, constant(level.highFrameBits()));
      page = Expr.or(page, Expr.shiftLeft(high, level.highFrameShift()));
    }
    if (level.number() > 1) {
      page = Expr.or(page, Expr.and(gpa, constant(offset & EntryBits.FRAME)));
    }
    Expr frame = code.let("frame", page);
    SlotFlags.add(code, slots, parts.plan(), frame);
    Stage2Results results = parts.results();
    Expr rights = Expr.or(results.rights(word, leaf), results.ofLevel(level, leaf));
    Expr result = code.let("result", Expr.or(frame, rights));
    if (level.dirty() != 0) {
      code.when(Cond.isZero(Expr.and(leaf, constant("D2", level.dirty()))), () -> addClean(result));
    }
    code.ret(result);
  }

  /** D is clear: of a write in a read-only slot, of any other access till a write comes. */
  private void addClean(Expr result) {
    Expr write = Expr.intAnd(access, intConstant(Stage2Access.WRITE).printedAs("WRITE"));
    Expr withheld = constant("WRITE_WITHHELD", Stage2Result.WRITE_WITHHELD);
    if (parts.plan().allWritable()) {
      code.set(result, Expr.or(result, withheld));
      return;
    }
    code.choose(
        Cond.isZero(write),
        () -> code.set(result, Expr.or(result, withheld)),
        () -> code.set(result, Expr.or(result, constant("CLEAN_WRITE", Stage2Result.CLEAN_WRITE))));
  }

  /** The leaf as an update leaves it. */
  private Expr afterUpdate(Read leaf) {
    if (parts.plan().allWritable()) {
      return code.let("after", updated(leaf, true));
    }
    Expr after = code.let("after", leaf.entry());
    code.when(
        Cond.less(leaf.slot(), slots.writableLimit()), () -> code.set(after, updated(leaf, true)));
    return after;
  }

  /** Where a full log is found before any bit is set. */
  private void refuseFullLog(Stage2Level level, List<Read> reads) {
    if (!format.pmlRule().comesFirst()) {
      return;
    }
    Cond full = Cond.isTrue(NestedFields.isLogFull(state));
    if (format.pmlRule() == PmlRule.FOR_ANY_BIT) { // D, if all others are set, comes to its turn
      Expr and = reads.stream().map(Read::entry).reduce(Expr::and).orElseThrow();
      full = Cond.isZero(Expr.and(and, constant("A2", level.accessed()))).and(full);
    }
    code.returnIf(full, fault(Stage2Cause.PML_FULL, null, level.number()));
  }

  /** Sets accessed and dirty bits from the root down. */
  private void update(List<Read> reads, Expr leafAfter) {
    for (Read read : reads) {
      boolean leaf = read.equals(reads.getLast());
      if (leaf && parts.logs()) {
        log(read);
      }
      if (!parts.updates() || read.level().accessed() == 0) {
        continue;
      }
      Expr value = leaf ? leafAfter : updated(read, false);
      code.returnIf(
          Cond.isFalse(slots.update(read.slot(), read.gpa(), read.entry(), value)), changed());
    }
  }

  /** Logs the page if a write makes it dirty, or would but for the leaf's slot. */
  private void log(Read leaf) {
    Expr write = Expr.intAnd(access, intConstant(Stage2Access.WRITE).printedAs("WRITE"));
    code.when(
        Cond.isNotZero(write)
            .and(Cond.isZero(Expr.and(leaf.entry(), constant("D2", leaf.level().dirty())))),
        () ->
            code.returnIf(
                Cond.isFalse(NestedFields.addToLog(state, parts.layout(), gpa)),
                fault(Stage2Cause.PML_FULL, null, leaf.level().number())));
  }

  /** An entry with A set, and D in a leaf that is written to. */
  private Expr updated(Read read, boolean leaf) {
    Expr accessed = Expr.or(read.entry(), constant("A2", read.level().accessed()));
    if (!leaf) {
      return accessed;
    }
    Expr write = Expr.toLong(Expr.intAnd(access, intConstant(Stage2Access.WRITE)));
    return Expr.or(accessed, Stage2Results.moved(write, Stage2Access.WRITE, read.level().dirty()));
  }
}
