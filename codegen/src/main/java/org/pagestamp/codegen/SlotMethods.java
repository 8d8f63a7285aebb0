package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;
import static org.pagestamp.codegen.Expr.intConstant;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.pagestamp.choice.EntryStore;
import org.pagestamp.codegen.ClassBody.Parameter;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.UpdateMode;
import org.pagestamp.walk.WalkResult;

/**
 * The methods of a generated class that find slots and reach entries in them.
 *
 * <p>Few slots are told apart by compares and reached through constants; many through tables. The
 * likely slot is tested first, but where entries are {@link SharedReads} and no slot dominates.
 */
final class SlotMethods {
  private static final Parameter GPA = new Parameter("gpa", Expr.LONG);
  private static final List<Parameter> TABLE_AND_INDEX =
      List.of(new Parameter("table", Expr.LONG), new Parameter("index", Expr.LONG));
  private static final Parameter SLOT = new Parameter("slot", Expr.INT);

  private final String owner;

  /** After the names of methods that depend on the size of an entry. */
  private final String suffix;

  private final SlotPlan plan;
  private final SlotMemory memory;

  /** What updates mark dirty in place of the page that they store to; mostly null. */
  private final GuestFrameMark mark;

  private final SharedReads shared;
  private final SlotSearch search;
  private final ClassConstants constants;

  SlotMethods(
      String owner,
      SlotPlan plan,
      int entryBytes,
      UpdateMode mode,
      EntryStore store,
      ClassConstants constants) {
    this(owner, "", false, plan, entryBytes, mode, store, constants);
  }

  private SlotMethods(
      String owner,
      String suffix,
      boolean marksGuestFrame,
      SlotPlan plan,
      int entryBytes,
      UpdateMode mode,
      EntryStore store,
      ClassConstants constants) {
    this.owner = owner;
    this.suffix = suffix;
    this.plan = plan;
    this.memory = new SlotMemory(plan, entryBytes, mode, store, constants);
    this.mark = marksGuestFrame ? new GuestFrameMark(owner, plan, memory) : null;
    this.shared = SharedReads.of(plan, memory, constants);
    this.search = new SlotSearch(plan, constants);
    this.constants = constants;
  }

  /**
   * The same for entries of another size or that are stored in another way, beside those of {@code
   * first}, whose methods that do not depend on that they share.
   *
   * @param marksGuestFrame whether updates mark the page where the guest has an entry dirty, in
   *     place of the one that it lies in
   */
  static SlotMethods beside(
      SlotMethods first,
      int entryBytes,
      UpdateMode mode,
      EntryStore store,
      boolean marksGuestFrame) {
    return new SlotMethods(
        first.owner,
        "Of" + entryBytes,
        marksGuestFrame,
        first.plan,
        entryBytes,
        mode,
        store,
        first.constants);
  }

  /** Calls {@code slotOf}: the number of the slot that holds {@code gpa}, or -1. */
  Expr slotOf(Expr gpa) {
    return Expr.call(owner, "slotOf", "(J)I", gpa);
  }

  /** Calls {@code read}: the entry at {@code gpa}, which lies in {@code slot}. */
  Expr read(Expr slot, Expr gpa) {
    return Expr.call(owner, "read" + suffix, "(IJ)J", slot, gpa);
  }

  /**
   * Calls {@code update}: compare-and-set of an entry, and the dirty mark, if its value changes and
   * its slot is writable; false if the entry is not the expected one.
   */
  Expr update(Expr slot, Expr gpa, Expr expected, Expr value) {
    return Expr.call(owner, "update" + suffix, "(IJJJ)Z", slot, gpa, expected, value);
  }

  /**
   * As {@link #update}, of an entry that stage 2 has led to.
   *
   * @param guestGpa where the guest has it
   */
  Expr update(Expr slot, Expr gpa, Expr expected, Expr value, Expr guestGpa) {
    return mark == null
        ? update(slot, gpa, expected, value)
        : Expr.call(owner, "update" + suffix, "(IJJJJ)Z", slot, gpa, expected, value, guestGpa);
  }

  /**
   * Calls {@code entry}: the entry at {@code index} bytes in the table at {@code table}, or 0, one
   * not present, if it is in a hole.
   */
  Expr entry(Expr table, Expr index) {
    return Expr.call(owner, "entry" + suffix, "(JJ)J", table, index);
  }

  /** The entry at {@code offset} in the likely slot. */
  Expr likelyEntry(Expr offset) {
    return memory.readAt(plan.likely(), offset);
  }

  /** The result bits of the slot that holds a page outside the likely slot. */
  Expr unlikelyFlags(Expr gpa) {
    return plan.count() <= 1
        ? constant("NO_SLOT", WalkResult.NO_SLOT)
        : Expr.call(owner, "flagsOf", "(J)J", gpa);
  }

  /** How far {@code gpa} is into the likely slot; not below its size if outside. */
  Expr likelyOffset(Expr gpa) {
    return Expr.minus(gpa, constant(likely().baseGpa()));
  }

  Expr likelySize() {
    return constant(likely().byteSize());
  }

  private MemSlot likely() {
    return plan.slot(plan.likely());
  }

  /** The result bits of a page in the likely slot. */
  Expr likelyFlags() {
    return flags(plan.likely());
  }

  private Expr flags(int number) {
    return plan.isWritable(number)
        ? constant(0)
        : constant("READ_ONLY_SLOT", WalkResult.READ_ONLY_SLOT);
  }

  /**
   * Emits the methods that the code refers to.
   *
   * @param meetsReadOnly whether updates come to read-only slots
   */
  void write(ClassBody body, boolean fastPath, boolean stores, boolean meetsReadOnly) {
    if (suffix.isEmpty()) {
      method(body, "slotOf", "I", List.of(GPA), this::writeSlotOf);
    }
    method(body, "read" + suffix, "J", List.of(SLOT, GPA), this::writeRead);
    if (stores) {
      Parameter expected = new Parameter("expected", Expr.LONG);
      Parameter value = new Parameter("value", Expr.LONG);
      List<Parameter> parameters = new ArrayList<>(List.of(SLOT, GPA, expected, value));
      if (mark != null) {
        parameters.add(new Parameter("guestGpa", Expr.LONG));
        mark.write(body, this);
      }
      method(
          body,
          "update" + suffix,
          "Z",
          parameters,
          (code, p) -> writeUpdate(code, meetsReadOnly, p));
    }
    if (fastPath) {
      method(body, "entry" + suffix, "J", TABLE_AND_INDEX, this::writeEntry);
    }
    if (plan.count() > 1) {
      if (fastPath && (triesLikelyFirst() || shared.areDivided())) {
        method(body, "entryElsewhere" + suffix, "J", TABLE_AND_INDEX, this::writeEntryElsewhere);
      }
      if (suffix.isEmpty()) {
        method(body, "flagsOf", "J", List.of(GPA), this::writeFlagsOf);
      }
    }
  }

  /** Emits what a walk without paging needs: no entry is ever read. */
  void writeForPagesOnly(ClassBody body) {
    if (plan.count() > 1) {
      method(body, "slotOf", "I", List.of(GPA), this::writeSlotOf);
      method(body, "flagsOf", "J", List.of(GPA), this::writeFlagsOf);
    }
  }

  private static void method(
      ClassBody body,
      String name,
      String returned,
      List<Parameter> parameters,
      ClassBody.Body statements) {
    int access = Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC;
    body.method(access, name, returned, parameters, statements);
  }

  private void writeSlotOf(Code code, Expr... parameters) {
    Expr gpa = parameters[0];
    if (plan.hasSlots()) {
      code.returnIf(Cond.below(likelyOffset(gpa), likelySize()), intConstant(plan.likely()));
    }
    search.write(code, gpa);
  }

  private void writeRead(Code code, Expr... parameters) {
    Expr slot = parameters[0];
    Expr gpa = parameters[1];
    if (plan.usesTable()) {
      memory.readIndexed(code, slot, gpa);
    } else if (plan.count() == 1) {
      code.ret(memory.read(0, gpa));
    } else if (plan.count() == 0) {
      code.ret(constant(0));
    } else {
      code.cases(slot, plan.count(), number -> code.ret(memory.read(number, gpa)));
      code.ret(constant(0));
    }
  }

  private void writeUpdate(Code code, boolean meetsReadOnly, Expr... parameters) {
    Expr slot = parameters[0];
    Expr elsewhere = mark == null ? null : mark.call(parameters[4]);
    code.returnIf(Cond.equal(parameters[2], parameters[3]), Expr.bool(true));
    if (meetsReadOnly) {
      code.returnIf(Cond.notLess(slot, writableLimit()), Expr.bool(true));
    }
    if (plan.usesTable()) {
      memory.updateIndexed(code, slot, parameters[1], parameters[2], parameters[3], elsewhere);
    } else if (plan.writable() == 1) {
      memory.update(code, 0, parameters[1], parameters[2], parameters[3], elsewhere);
    } else {
      code.cases(
          slot,
          plan.writable(),
          number ->
              memory.update(code, number, parameters[1], parameters[2], parameters[3], elsewhere));
      code.ret(intConstant(0));
    }
  }

  private void writeEntry(Code code, Expr... parameters) {
    Expr table = parameters[0];
    Expr index = parameters[1];
    Expr elsewhere = Expr.call(owner, "entryElsewhere" + suffix, "(JJ)J", table, index);
    if (!triesLikelyFirst()) {
      shared.write(code, table, index, elsewhere);
      return;
    }
    Expr offset = likelyOffset(Expr.plus(table, index));
    int number = plan.likely();
    code.returnIf(Cond.below(offset, memory.limit(number)), memory.readAt(number, offset));
    code.ret(plan.count() == 1 ? constant(0) : elsewhere);
  }

  private boolean triesLikelyFirst() {
    return shared == null || plan.likelyDominates();
  }

  private void writeEntryElsewhere(Code code, Expr... parameters) {
    Expr gpa = Expr.plus(parameters[0], parameters[1]);
    if (shared != null && triesLikelyFirst() && !shared.areDivided()) {
      shared.write(code, parameters[0], parameters[1], constant(0));
    } else if (plan.usesTable() || shared != null) {
      Expr slot = code.let("slot", slotOf(gpa));
      code.returnIf(Cond.less(slot, intConstant(0)), constant(0));
      code.ret(read(slot, gpa));
    } else {
      search.tree(code, gpa, number -> code.ret(memory.read(number, gpa)), constant(0));
    }
  }

  private void writeFlagsOf(Code code, Expr... parameters) {
    Expr noSlot = constant("NO_SLOT", WalkResult.NO_SLOT);
    Expr slot = code.let("slot", slotOf(parameters[0]));
    code.returnIf(Cond.less(slot, intConstant(0)), noSlot);
    if (plan.allWritable()) {
      code.ret(constant(0));
    } else if (plan.allReadOnly()) {
      code.ret(flags(0));
    } else {
      code.returnIf(Cond.less(slot, writableLimit()), constant(0));
      code.ret(flags(plan.writable()));
    }
  }

  /** Slots with lower numbers are writable. */
  Expr writableLimit() {
    return intConstant(plan.writable()).printedAs("WRITABLE_SLOTS");
  }
}
