package org.pagestamp.conformance.tlb;

import java.util.List;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.walk.WalkStep;

/** A translation that a TLB may have: the result of a walk and the entries that led to it. */
final class Kept {
  /** How the entries are now, compared with when they were walked. */
  enum Freshness {
    /** The same, or with accessed and dirty bits that others have set. */
    SAME,
    /** The same, but writes or fetches are allowed that were not. */
    GREW,
    /** The same, but A was cleared. */
    AGED,
    /** Changed in a way that calls for an invalidation before the translation is used. */
    STALE
  }

  final long word;
  final int level;
  private final List<WalkStep> path;

  /** Number of the access that used it last; far back if it may have been replaced. */
  long lastUse;

  Kept(long word, int level, List<WalkStep> path, long lastUse) {
    this.word = word;
    this.level = level;
    this.path = inMemory(path);
    this.lastUse = lastUse;
  }

  private static List<WalkStep> inMemory(List<WalkStep> steps) {
    return steps.stream().filter(step -> step.entryGpa() >= 0).toList();
  }

  /** Compares with the entries that a walk would read now. */
  Freshness compare(List<WalkStep> steps) {
    List<WalkStep> now = inMemory(steps);
    if (now.size() != path.size()) {
      return Freshness.STALE;
    }
    boolean grew = false;
    boolean aged = false;
    for (int i = 0; i < now.size(); i++) {
      long before = path.get(i).entry();
      long after = now.get(i).entry();
      long gained = after & ~before & ~(EntryBits.A | EntryBits.D);
      long lost = before & ~after;
      if (now.get(i).entryGpa() != path.get(i).entryGpa()
          || (gained & ~EntryBits.W) != 0
          || (lost & ~(EntryBits.A | EntryBits.NX)) != 0) {
        return Freshness.STALE;
      }
      grew |= gained != 0 || (lost & EntryBits.NX) != 0;
      aged |= (lost & EntryBits.A) != 0;
    }
    if (grew) {
      return aged ? Freshness.STALE : Freshness.GREW;
    }
    return aged ? Freshness.AGED : Freshness.SAME;
  }
}
