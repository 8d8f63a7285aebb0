package org.pagestamp.codegen;

import java.util.function.IntPredicate;
import org.pagestamp.stage2.RightRule;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;

/**
 * The rights rules of a stage-2 format as masks, in the manner of {@link PermissionMasks}: of a
 * word that is the leaf, but with the rights of all entries ANDed and NX ORed,
 *
 * <pre>
 *   (word &amp; CARE) == VALUE
 * </pre>
 *
 * <p>They demand more than the rules do: that data may be read, in a format with two rights to
 * execute both for a fetch, and that what no leaf may have set is clear. What passes is allowed,
 * and in EPT no combination of rights is illegal.
 */
final class Stage2Masks {
  private final Stage2Format format;
  private final long alwaysOne;
  private final long dirty;
  private final long alwaysZero;

  /**
   * The masks of a format.
   *
   * @param updates whether entries have accessed and dirty bits that can be set
   */
  Stage2Masks(Stage2Format format, boolean updates) {
    this.format = format;
    Stage2Level leaf = format.level(1);
    long present = format.ept() ? 0 : format.present();
    alwaysOne = present | format.readable().needed() | (updates ? leaf.accessed() : 0);
    dirty = leaf.dirty();
    alwaysZero =
        format.levels().stream()
            .filter(level -> level.number() == 1 || Stage2Entries.mapsLargePages(level))
            .mapToLong(Stage2Entries::reservedInLeaf)
            .reduce(-1L, (some, others) -> some & others);
  }

  /** D of a leaf, or 0. */
  long dirty() {
    return dirty;
  }

  /** The bits that must be zero in leaves of whatever level: {@link #table} asks for them. */
  long alwaysZero() {
    return alwaysZero;
  }

  /** The bits of which entries of all levels are combined; the others are those of the leaf. */
  long folded() {
    return format.readable().needed()
        | format.writable().needed()
        | format.executable().needed()
        | format.executable().forbidden()
        | format.userExecutable().needed()
        | format.userExecutable().forbidden()
        | format.inverted()
        | tableNeeds(true);
  }

  /** The bits that a walk for a table of the guest needs set in all entries. */
  long tableNeeds(boolean write) {
    return alwaysOne | (write ? format.writable().needed() : 0);
  }

  /**
   * Two longs for each access, CARE and VALUE.
   *
   * @param limit one more than the highest access
   * @param valid which numbers are accesses; the others have a row that nothing satisfies
   * @param user which fetches are from user mode; null where it is not known, so that both modes
   *     must be allowed
   */
  long[] table(
      int limit, IntPredicate valid, IntPredicate write, IntPredicate fetch, IntPredicate user) {
    long[] rows = new long[2 * limit];
    for (int access = 0; access < limit; access++) {
      if (!valid.test(access)) {
        rows[2 * access + 1] = -1L;
        continue;
      }
      Row row = new Row(alwaysOne, alwaysZero);
      if (write.test(access)) {
        row = row.and(format.writable()).andOne(dirty);
      }
      if (fetch.test(access)) {
        row = user == null || !user.test(access) ? row.and(format.executable()) : row;
        row = user == null || user.test(access) ? row.and(format.userExecutable()) : row;
      }
      row.putInto(rows, access);
    }
    return rows;
  }

  /** Rows of what the rules demand, and nothing else, by {@link Stage2Access}. */
  long[] rights() {
    long[] rows = new long[2 * Stage2Access.LIMIT];
    for (int access = 0; access < Stage2Access.LIMIT; access++) {
      Row row = new Row(0, 0);
      row = (access & Stage2Access.READ) != 0 ? row.and(format.readable()) : row;
      row = (access & Stage2Access.WRITE) != 0 ? row.and(format.writable()) : row;
      if ((access & Stage2Access.FETCH) != 0) {
        boolean user = (access & Stage2Access.USER) != 0;
        row = row.and(user ? format.userExecutable() : format.executable());
      }
      row.putInto(rows, access);
    }
    return rows;
  }

  /** Bits that must be one, and bits that must be zero. */
  private final class Row {
    private final long one;
    private final long zero;

    Row(long one, long zero) {
      this.one = one;
      this.zero = zero;
    }

    Row and(RightRule rule) {
      return new Row(
          one | (rule.needed() & ~format.inverted()),
          zero | (rule.needed() & format.inverted()) | rule.forbidden());
    }

    Row andOne(long bits) {
      return new Row(one | bits, zero);
    }

    /** A bit that must be both lets nothing pass. */
    void putInto(long[] rows, int access) {
      rows[2 * access] = one | zero;
      rows[2 * access + 1] = (one & zero) != 0 ? -1L : one;
    }
  }
}
