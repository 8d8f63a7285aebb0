package org.pagestamp.bench.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.pagestamp.bench.image.NestedImage;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.bench.image.WalkedImage;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/** What walks the tables. */
public enum Engine {
  /**
   * No walker: the bare loads that any walk needs, in C, as gcc -O3 compiles the plain loop. Only
   * where gcc is present.
   */
  CHASE_C {
    @Override
    WalkLoop unchecked(TableImage image) {
      return new NativeChaseLoop("chase", image);
    }

    @Override
    WalkLoop unchecked(NestedImage image) {
      return new NativeChaseLoop("chase", image);
    }

    @Override
    public boolean isAvailable() {
      return ChaseLibrary.isAvailable();
    }
  },

  /** The same loads in C with the shortest chain from one to the next that could be had of gcc. */
  SHORTEST_CHASE_C {
    @Override
    WalkLoop unchecked(TableImage image) {
      return new NativeChaseLoop("shortest", image);
    }

    @Override
    WalkLoop unchecked(NestedImage image) {
      return new NativeChaseLoop("shortest", image);
    }

    @Override
    public boolean isAvailable() {
      return ChaseLibrary.isAvailable();
    }
  },

  /** The same loads in Java. */
  CHASE_JAVA {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(ChaseLoop.class, image, List.of());
    }

    @Override
    WalkLoop unchecked(NestedImage image) {
      return LoopClass.define(NestedChaseLoop.class, image, List.of());
    }
  },

  /** The reference, which loops over the mode's table. */
  INTERPRETED {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(WalkerLoop.class, image, List.of(interpreted(image)));
    }

    @Override
    WalkLoop unchecked(NestedImage image) {
      NestedWalker walker = new InterpretedNestedWalker(image.role(), image.layout());
      return LoopClass.define(NestedWalkerLoop.class, image, List.of(walker));
    }
  },

  /** The hidden class generated for the image's role and slots. */
  GENERATED {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(WalkerLoop.class, image, generated(image, 1));
    }

    @Override
    WalkLoop unchecked(NestedImage image) {
      NestedWalker walker = new Stamper().stamp(image.role(), image.layout());
      return LoopClass.define(NestedWalkerLoop.class, image, List.of(walker));
    }
  },

  /** The generated class, called with a constant kind of access. */
  GENERATED_FIXED_ACCESS {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(FixedAccessLoop.class, image, generated(image, 1));
    }
  },

  /** The generated class's batch: many addresses a call. */
  WALK_ALL {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(BatchLoop.class, image, generated(image, 1));
    }

    @Override
    WalkLoop unchecked(NestedImage image) {
      NestedWalker walker = new Stamper().stamp(image.role(), image.layout());
      return LoopClass.define(NestedBatchLoop.class, image, List.of(walker));
    }
  },

  /** The generated class with its results in another encoding, to see what that would cost. */
  REPACKED {
    @Override
    WalkLoop unchecked(TableImage image) {
      Walker walker = new RepackingWalker(generated(image, 1).getFirst());
      return LoopClass.define(WalkerLoop.class, image, List.of(walker));
    }
  },

  /** Two generated classes for two roles, another at random for each walk. */
  TWO_AT_RANDOM {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(RandomSwitchLoop.class, image, generated(image, 2));
    }
  },

  /** Two generated classes for two roles, another at random after each 64 walks. */
  TWO_IN_RUNS {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(RunSwitchLoop.class, image, generated(image, 2));
    }
  },

  /** Eight generated classes for eight roles, another at random for each walk. */
  EIGHT_AT_RANDOM {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(RandomSwitchLoop.class, image, generated(image, 8));
    }
  },

  /** Eight generated classes for eight roles, another at random after each 64 walks. */
  EIGHT_IN_RUNS {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(RunSwitchLoop.class, image, generated(image, 8));
    }
  },

  /** No walkers: eight classes that walk nothing, another at random after each 64 calls. */
  EIGHT_ECHOES_IN_RUNS {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(RunSwitchLoop.class, image, EchoWalker.ofClasses(image, 8));
    }
  },

  /** No walker: the loads of all entries, at addresses known before. */
  KNOWN_LOADS {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(KnownLoadsLoop.class, image, List.of(interpreted(image)));
    }
  },

  /** The generated class behind an Mmu, which looks at owner and slots before each walk. */
  MMU {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(MmuLoop.class, image, List.of(MmuOfImage.of(image)));
    }
  },

  /** A TLB, which has all pages of a row and few of those of a GiB. */
  TLB {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(TlbLoop.class, image, List.of(TlbOfImage.of(image)));
    }
  },

  /** A TLB that is flushed so often that it has to walk nearly each time. */
  FLUSHED_TLB {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(TlbFillLoop.class, image, List.of(TlbOfImage.of(image)));
    }
  },

  /** A bare array of results by page, without anything that a TLB is asked beside. */
  ARRAY_LOOKUP {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(ArrayLookupLoop.class, image, List.of(interpreted(image)));
    }
  },

  /** The reference's probe. */
  INTERPRETED_PROBE {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(ProbeLoop.class, image, List.of(interpreted(image)));
    }
  },

  /** The generated class's probe. */
  GENERATED_PROBE {
    @Override
    WalkLoop unchecked(TableImage image) {
      return LoopClass.define(ProbeLoop.class, image, generated(image, 1));
    }
  };

  /**
   * Controls that change nothing for the images' accesses, so that roles differ and walks do not.
   */
  private static final List<Control> VARIED = List.of(Control.SMEP, Control.SMAP, Control.WP);

  abstract WalkLoop unchecked(TableImage image);

  /**
   * The same in two dimensions.
   *
   * @throws UnsupportedOperationException if the engine knows one alone
   */
  WalkLoop unchecked(NestedImage image) {
    throw new UnsupportedOperationException(label() + " in two dimensions: " + image.role());
  }

  private WalkLoop unchecked(WalkedImage image) {
    return switch (image) {
      case TableImage one -> unchecked(one);
      case NestedImage two -> unchecked(two);
    };
  }

  /** Whether the machine has what the engine needs. */
  public boolean isAvailable() {
    return true;
  }

  private boolean answersBareEntries() {
    return this == CHASE_C || this == SHORTEST_CHASE_C || this == CHASE_JAVA || this == KNOWN_LOADS;
  }

  /** Whether it is to store what the interpreted walker stores. */
  private boolean isWalker() {
    return !answersBareEntries() && this != EIGHT_ECHOES_IN_RUNS;
  }

  /** For example {@code chase C} or {@code eight in runs}. */
  public String label() {
    return switch (this) {
      case CHASE_C -> "chase C";
      case SHORTEST_CHASE_C -> "shortest chase C";
      case CHASE_JAVA -> "chase Java";
      case MMU -> "Mmu";
      case TLB -> "TLB";
      case FLUSHED_TLB -> "flushed TLB";
      default -> name().toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }

  private static Walker interpreted(TableImage image) {
    return new InterpretedWalker(image.role(), image.layout());
  }

  /** Generated walkers for the image's role and, above one, others of its mode. */
  private static List<Walker> generated(TableImage image, int count) {
    Role role = image.role();
    CpuFeatures cpu = CpuFeatures.intel(role.maxPhyAddr());
    List<Walker> walkers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Set<Control> controls = EnumSet.noneOf(Control.class);
      controls.addAll(role.controls());
      for (int bit = 0; bit < VARIED.size(); bit++) {
        Control control = VARIED.get(bit);
        if ((i >>> bit & 1) != 0 && !controls.remove(control)) {
          controls.add(control);
        }
      }
      Role other = Role.of(role.mode(), cpu, controls.toArray(Control[]::new));
      walkers.add(new Stamper().stamp(other, image.layout()));
    }
    return walkers;
  }

  /** Whether a result means what the interpreted walker's means. */
  private boolean agrees(long own, long reference, long gva, WalkedImage image) {
    if (answersBareEntries()) {
      return ((own ^ reference) & image.frameMask()) == 0;
    }
    return own
        == switch (this) {
          case REPACKED -> RepackingWalker.repack(reference);
          case EIGHT_ECHOES_IN_RUNS -> gva;
          default -> reference;
        };
  }

  /**
   * The engine's loop over an image, after every address was checked against the interpreted
   * walker, what was stored too, and both loops against the single walks.
   *
   * @throws IllegalStateException if an answer differs or an address faults
   */
  public WalkLoop loop(WalkedImage image) {
    WalkLoop loop = unchecked(image);
    WalkLoop reference = INTERPRETED.unchecked(image);
    long[] gvas = image.gvas();
    for (int from = 0; from < gvas.length; from += image.window()) {
      int to = from + image.window();
      long[] expected = walks(reference, gvas, from, to);
      long[] stored = image.changed();
      image.restore();
      long[] results = walks(loop, gvas, from, to);
      if (isWalker() && !Arrays.equals(image.changed(), stored)) {
        throw new IllegalStateException(label() + " stored other accessed and dirty bits");
      }
      image.restore();
      long sum = 0;
      for (int i = 0; i < results.length; i++) {
        if (WalkResult.isFault(expected[i])
            || !agrees(results[i], expected[i], gvas[from + i], image)) {
          throw new IllegalStateException(
              String.format(
                  Locale.ROOT,
                  "%s walked 0x%x to 0x%x, interpreted to: %s",
                  label(),
                  gvas[from + i],
                  results[i],
                  image.describe(expected[i])));
        }
        sum += results[i];
      }
      long dependent = loop.dependent(gvas, from, to, 0);
      image.restore();
      long independent = loop.independent(gvas, from, to);
      image.restore();
      if (dependent != sum || independent != sum) {
        throw new IllegalStateException(label() + ": a loop's sum is not the sum of its walks");
      }
    }
    return loop;
  }

  private static long[] walks(WalkLoop loop, long[] gvas, int from, int to) {
    long[] results = new long[to - from];
    for (int i = from; i < to; i++) {
      results[i - from] = loop.walk(gvas[i]);
    }
    return results;
  }
}
