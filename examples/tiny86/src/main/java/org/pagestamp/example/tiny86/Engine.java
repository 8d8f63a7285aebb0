package org.pagestamp.example.tiny86;

import java.util.concurrent.ForkJoinPool;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.codegen.TieredStamper;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.vcpu.WalkerSource;

/** Where the CPUs' walkers come from. */
public enum Engine {
  /** The interpreted walker. */
  INTERPRETED {
    @Override
    WalkerSource walkers() {
      return InterpretedWalker::new;
    }
  },
  /** A class generated for each mode and the slots. */
  GENERATED {
    @Override
    WalkerSource walkers() {
      return new Stamper()::stamp;
    }
  },
  /** Interpreted at first, generated in the background where it is worth it. */
  TIERED {
    @Override
    WalkerSource walkers() {
      return new TieredStamper(
              new Stamper(), ForkJoinPool.commonPool(), WALKS_BEFORE_STAMPING, KEPT)
          ::walker;
    }
  };

  /** Few, as the guest stays in no mode for long. */
  private static final int WALKS_BEFORE_STAMPING = 500;

  private static final int KEPT = 32;

  abstract WalkerSource walkers();
}
