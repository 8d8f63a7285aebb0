package org.pagestamp.bench;

import org.pagestamp.codegen.Stamper;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/** What walks the tables. */
public enum Engine {
  /** No walker: the bare loads that any walk needs, in C: the limit. Only where gcc is present. */
  CHASE_C {
    @Override
    WalkLoop unchecked(TableImage image) {
      return new NativeChaseLoop(image);
    }

    @Override
    boolean agrees(long own, long reference) {
      return (own & EntryBits.FRAME) == WalkResult.pageGpa(reference);
    }

    @Override
    boolean isAvailable() {
      return ChaseLibrary.compilerVersion().isPresent();
    }
  },

  /** The same loads in Java. */
  CHASE_JAVA {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(ChaseLoop.class, image, null);
    }

    @Override
    boolean agrees(long own, long reference) {
      return (own & EntryBits.FRAME) == WalkResult.pageGpa(reference);
    }
  },

  /** The reference, which loops over the mode's table. */
  INTERPRETED {
    @Override
    WalkLoop unchecked(TableImage image) {
      Walker walker = new InterpretedWalker(image.role(), image.layout());
      return LoopClass.define(WalkerLoop.class, image, walker);
    }
  },

  /** The hidden class generated for the image's role and slots. */
  GENERATED {
    @Override
    WalkLoop unchecked(TableImage image) {
      Walker walker = new Stamper().stamp(image.role(), image.layout());
      return LoopClass.define(WalkerLoop.class, image, walker);
    }
  },

  /** The generated class with its results in another encoding, to see what that would cost. */
  REPACKED {
    @Override
    WalkLoop unchecked(TableImage image) {
      Walker walker = new Stamper().stamp(image.role(), image.layout());
      return LoopClass.define(WalkerLoop.class, image, new RepackingWalker(walker));
    }

    @Override
    boolean agrees(long own, long reference) {
      return own == RepackingWalker.repack(reference);
    }
  };

  /** Whether the machine has what the engine needs. */
  boolean isAvailable() {
    return true;
  }

  abstract WalkLoop unchecked(TableImage image);

  /** Whether a result means what the interpreted walker's means. */
  boolean agrees(long own, long reference) {
    return own == reference;
  }

  /**
   * The engine's loop over an image, after every address was checked against the interpreted walker
   * and both loops against the single walks.
   *
   * @throws IllegalStateException if an answer differs or an address faults
   */
  WalkLoop loop(TableImage image) {
    WalkLoop loop = unchecked(image);
    WalkLoop reference = INTERPRETED.unchecked(image);
    long sum = 0;
    for (long gva : image.gvas()) {
      long expected = reference.walk(gva);
      long result = loop.walk(gva);
      if (WalkResult.isFault(expected) || !agrees(result, expected)) {
        throw new IllegalStateException(
            String.format(
                "%s walked 0x%x to 0x%x, interpreted to: %s",
                this, gva, result, WalkResult.toString(expected)));
      }
      sum += result;
    }
    if (loop.dependent(image.gvas(), 0) != sum || loop.independent(image.gvas()) != sum) {
      throw new IllegalStateException(this + ": a loop's sum is not the sum of its walks");
    }
    return loop;
  }
}
