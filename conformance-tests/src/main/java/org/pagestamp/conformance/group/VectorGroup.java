package org.pagestamp.conformance.group;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Mismatch;
import org.pagestamp.conformance.NestedVector;
import org.pagestamp.conformance.PlacedVector;
import org.pagestamp.conformance.Stage2Failure;
import org.pagestamp.conformance.Stage2Vector;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.VectorListener;
import org.pagestamp.conformance.VectorReader;
import org.pagestamp.conformance.VectorRun;
import org.pagestamp.conformance.VectorSet;
import org.pagestamp.conformance.WalkVector;
import org.pagestamp.conformance.nested.Stage2Labels;
import org.pagestamp.mode.PagingMode;

/** Vector files, streamed. */
final class VectorGroup implements CaseGroup {
  static final String NAME = "vectors";

  private final List<Source> sources = new ArrayList<>();

  private interface Source {
    VectorReader open() throws IOException;
  }

  /** The files given; if there are none, the shipped sets. */
  VectorGroup(List<Path> files) {
    for (Path file : files) {
      sources.add(() -> VectorReader.open(file));
    }
    if (files.isEmpty()) {
      for (VectorSet set : VectorSet.values()) {
        sources.add(set::open);
      }
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String purpose() {
    return "files of walk vectors: outcome of each access, and all of memory after it";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return true;
  }

  @Override
  public boolean countsOncePerEngine() {
    return true;
  }

  @Override
  public void run(PagingMode mode, Trial trial) throws IOException {
    runAll(List.of(mode), _ -> trial);
  }

  @Override
  public void runAll(List<PagingMode> modes, Function<PagingMode, Trial> trials)
      throws IOException {
    Trial first = trials.apply(modes.getFirst());
    VectorListener judge = new Judge(first.subject(), modes, trials);
    try (VectorRun run = new VectorRun(first.subject())) {
      for (Source source : sources) {
        if (!first.stopped()) {
          try (VectorReader vectors = source.open()) {
            run.run(vectors, judge);
          }
        }
      }
    }
  }

  /** Passes what becomes of vectors on to the trials of their modes. */
  private record Judge(Subject subject, List<PagingMode> modes, Function<PagingMode, Trial> trials)
      implements VectorListener {
    private static PagingMode mode(PlacedVector vector) {
      return switch (vector) {
        case WalkVector walk -> walk.role().mode();
        case Stage2Vector _ -> PagingMode.NO_PAGING;
        case NestedVector nested -> nested.guest().mode();
      };
    }

    private Trial trial(PlacedVector vector) {
      Trial trial = trials.apply(mode(vector));
      return switch (vector) {
        case WalkVector _ -> trial;
        case Stage2Vector alone -> trial.ofMode(Stage2Labels.of(alone.role()));
        case NestedVector nested ->
            trial.ofMode(Stage2Labels.of(nested.guest().mode(), nested.stage2()));
      };
    }

    @Override
    public boolean wants(PlacedVector vector) {
      if (!modes.contains(mode(vector))) {
        return false;
      }
      if (vector instanceof WalkVector walk && !subject.knows(walk.role())) {
        skipped(vector);
        return false;
      }
      return true;
    }

    @Override
    public boolean stopped() {
      return trials.apply(modes.getFirst()).stopped();
    }

    @Override
    public void passed(PlacedVector vector) {
      trial(vector).passed(1);
    }

    @Override
    public void mismatched(Mismatch mismatch) {
      Trial trial = trial(mismatch.vector());
      if (mismatch.vector() instanceof WalkVector walk) {
        trial.failed(CaseFailure.of(NAME, subject.name(), walk, mismatch));
      } else {
        trial.failed(new Stage2Failure(mismatch.problems(), Optional.of(mismatch.vector())));
      }
    }

    @Override
    public void skipped(PlacedVector vector) {
      trial(vector).skipped(1);
    }
  }
}
