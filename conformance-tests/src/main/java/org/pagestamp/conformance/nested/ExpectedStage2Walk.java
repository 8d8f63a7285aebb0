package org.pagestamp.conformance.nested;

import java.util.List;
import java.util.Locale;
import org.pagestamp.conformance.rules.Stage2Rules;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Walker;

/**
 * What must come of an access through stage 2, by {@link Stage2Rules}, in this order: bits above
 * the levels; then level by level a table in no slot, presence, what is wrong with the entry; at
 * the leaf the rights of all levels; last accessed and dirty bits, from the root down, never in
 * read-only slots, and only if nothing failed. A page that becomes dirty is logged just before, if
 * pages are. An entry that has changed by then, as it serves at two levels, or as part of the log,
 * lets the walk start over.
 *
 * <p>Answers are {@link org.pagestamp.stage2.Stage2Result} words, put together here from what that
 * class documents.
 */
final class ExpectedStage2Walk {
  /** Answer of {@link #attempt} if the walk must start over. */
  static final long AGAIN = Long.MIN_VALUE;

  static final int NOT_PRESENT = 0;
  static final int WRONG = 1;
  static final int RIGHTS = 2;
  static final int NO_SLOT = 3;
  static final int TOO_WIDE = 4;
  static final int CONTENDED = 5;
  static final int LOG_FULL = 6;

  /** Where an answer of {@link #setBits} is none. */
  private static final long DONE = 1;

  private static final int LOG_ENTRIES = 512;

  private static final long FRAME = 0x000F_FFFF_FFFF_F000L;
  private static final int VIOLATION = 1;
  private static final int MISCONFIGURATION = 2;
  private static final int NESTED_PAGE_FAULT = 3;

  private final Stage2Rules rules;
  private final ModelMemory memory;
  private final int width;
  private final long[] gpas = new long[6];
  private final long[] entries = new long[6];
  private final int[] slots = new int[6];
  private long root;
  private long logPage;
  private int logIndex = 0xFFFF;
  private long gpa;
  private int lowest;
  private List<String> trace;

  ExpectedStage2Walk(Stage2Role role, ModelMemory memory) {
    rules = new Stage2Rules(role);
    this.memory = memory;
    width = rules.entryBytes();
  }

  Stage2Rules rules() {
    return rules;
  }

  void root(long value) {
    root = value;
  }

  /** The page-modification log: its page, and the entry that comes next. */
  void log(long address, int index) {
    logPage = address;
    logIndex = index;
  }

  /** The entry of the log that comes next. */
  int logIndex() {
    return logIndex;
  }

  /** The address that was walked last. */
  long gpa() {
    return gpa;
  }

  /** Tells the entries that walks read from now on; null for no more. */
  void trace(List<String> lines) {
    trace = lines;
  }

  /** The right answer of stage 2 alone; memory becomes what it must be. */
  long walk(long address, int access) {
    for (int tries = 0; tries < Walker.MAX_TRIES; tries++) {
      long answer = attempt(address, access);
      if (answer != AGAIN) {
        return answer;
      }
    }
    return fault(CONTENDED, access, 0, 0);
  }

  /** One try. */
  long attempt(long address, int access) {
    gpa = address;
    lowest = rules.levels() + 1;
    if (rules.isTooWide(address)) {
      return fault(TOO_WIDE, access, 0, 0);
    }
    long table = rules.rootTable(root);
    long bits = -1;
    int level = rules.levels();
    while (true) {
      long at = table + (long) rules.index(level, address) * width;
      int slot = memory.slotOf(at);
      if (slot < 0) {
        return fault(NO_SLOT, access, 0, level);
      }
      long entry = memory.load(slot, at, width);
      record(level, at, entry, slot);
      bits = rules.and(bits, level, entry);
      if (!rules.isPresent(entry)) {
        return fault(NOT_PRESENT, access, bits, level);
      }
      if (rules.isWrong(level, entry)) {
        return fault(WRONG, access, bits, level);
      }
      if (rules.isLeaf(level, entry)) {
        break;
      }
      table = rules.nextTable(entry);
      level--;
    }
    int rights = rules.rights(bits);
    if (!allows(rights, access)) {
      return fault(RIGHTS, access, bits, level);
    }
    boolean write = (access & Stage2Access.WRITE) != 0;
    long leaf = after(level, write);
    long done = setBits(access, write);
    return done == DONE ? success(level, leaf, rights, write) : done;
  }

  private void record(int level, long at, long entry, int slot) {
    lowest = level;
    gpas[level] = at;
    entries[level] = entry;
    slots[level] = slot;
    if (trace != null) {
      trace.add(
          String.format(
              Locale.ROOT,
              "    stage 2 level %d: 0x%x at 0x%x%s",
              level,
              entry,
              at,
              memory.isReadOnly(slot) ? ", read-only" : ""));
    }
  }

  private static boolean allows(int rights, int access) {
    int fetch = (access & Stage2Access.USER) != 0 ? Stage2Rules.USER_FETCH : Stage2Rules.FETCH;
    int needed = (access & Stage2Access.READ) != 0 ? Stage2Rules.READ : 0;
    needed |= (access & Stage2Access.WRITE) != 0 ? Stage2Rules.WRITE : 0;
    needed |= (access & Stage2Access.FETCH) != 0 ? fetch : 0;
    return (rights & needed) == needed;
  }

  private long after(int level, boolean write) {
    if (memory.isReadOnly(slots[level])) {
      return entries[level];
    }
    long dirty = write && level == lowest ? rules.dirty(level) : 0;
    return entries[level] | rules.accessed(level) | dirty;
  }

  /** {@link #DONE}, again, or a full log. */
  private long setBits(int access, boolean write) {
    boolean becomesDirty = write && (entries[lowest] & rules.dirty(lowest)) == 0;
    boolean due = becomesDirty;
    for (int level = rules.levels(); level >= lowest; level--) {
      due |= (entries[level] & rules.accessed(level)) != rules.accessed(level);
    }
    if (rules.needsLogFirst(due) && logIndex >= LOG_ENTRIES) {
      return fault(LOG_FULL, access, 0, lowest);
    }
    for (int level = rules.levels(); level >= lowest; level--) {
      if (level == lowest && becomesDirty && rules.isLogging()) {
        if (logIndex >= LOG_ENTRIES) {
          return fault(LOG_FULL, access, 0, lowest);
        }
        log();
      }
      long wanted = after(level, write);
      if (wanted != entries[level]) {
        if (memory.load(slots[level], gpas[level], width) != entries[level]) {
          return AGAIN;
        }
        memory.store(slots[level], gpas[level], wanted, width);
      }
    }
    return DONE;
  }

  /** A log that is nowhere to be written keeps its index. */
  private void log() {
    long at = logPage + 8L * logIndex;
    int slot = memory.slotOf(at);
    if (slot >= 0 && !memory.isReadOnly(slot)) {
      memory.store(slot, at, gpa & -0x1000L, 8);
      logIndex = (logIndex + 0xFFFF) % 0x1_0000;
      if (trace != null) {
        trace.add(String.format(Locale.ROOT, "    logged at 0x%x", at));
      }
    }
  }

  private long success(int level, long leaf, int rights, boolean write) {
    long page = rules.page(level, leaf, gpa);
    long answer = 1 | (long) rights << 1 | page;
    answer |= (leaf & rules.accessed(level)) != 0 ? 1 << 5 : 0;
    boolean dirty = (leaf & rules.dirty(level)) != 0;
    answer |= dirty ? 1 << 6 : 0;
    answer |= (long) rules.memoryType(level, leaf) << 7;
    answer |= (long) (level ^ 1) << 10;
    boolean clean = rules.dirty(level) != 0 && !dirty;
    answer |= clean && !write ? 1L << 54 : 0;
    answer |= clean && write ? 1L << 55 : 0;
    answer |= rules.ignoresPat(leaf) ? 1L << 56 : 0;
    int slot = memory.slotOf(page & FRAME);
    return slot < 0 ? answer | 1L << 52 : memory.isReadOnly(slot) ? answer | 1L << 53 : answer;
  }

  long fault(int cause, int access, long bits, int level) {
    int kind = NESTED_PAGE_FAULT;
    long code = 0;
    if (!rules.isEpt()) {
      code = errorCode(cause, access);
    } else if (cause == WRONG || cause == LOG_FULL) {
      kind = MISCONFIGURATION;
    } else {
      kind = VIOLATION;
      code = qualification(access, bits);
    }
    return code << 32 | (long) cause << 10 | (long) kind << 8 | (long) level << 1;
  }

  private int qualification(int access, long bits) {
    int code = access & 7;
    code |= rules.qualificationRights(bits);
    boolean linear = (access & (Stage2Access.TABLE | Stage2Access.FINAL)) != 0;
    code |= linear ? 1 << 7 : 0;
    return code | ((access & Stage2Access.FINAL) != 0 ? 1 << 8 : 0);
  }

  private int errorCode(int cause, int access) {
    int code = cause == WRONG ? 9 : cause == RIGHTS ? 1 : 0;
    code |= (access & Stage2Access.WRITE) != 0 ? 2 : 0;
    code |= 4;
    code |= (access & Stage2Access.FETCH) != 0 && rules.reportsFetch() ? 0x10 : 0;
    return code | ((access & Stage2Access.TABLE) != 0 ? 0 : 1 << 8);
  }
}
