package org.pagestamp.conformance.group;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Mismatch;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.UnsupportedVector;
import org.pagestamp.conformance.VectorListener;
import org.pagestamp.conformance.VectorReader;
import org.pagestamp.conformance.VectorRun;
import org.pagestamp.conformance.VectorSet;
import org.pagestamp.conformance.WalkVector;
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
    return mode != PagingMode.NO_PAGING;
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
    private Trial trial(WalkVector vector) {
      return trials.apply(vector.role().mode());
    }

    @Override
    public boolean wants(WalkVector vector) {
      if (!modes.contains(vector.role().mode())) {
        return false;
      }
      if (!subject.knows(vector.role())) {
        trial(vector).skipped(1);
        return false;
      }
      return true;
    }

    @Override
    public boolean stopped() {
      return trials.apply(modes.getFirst()).stopped();
    }

    @Override
    public void passed(WalkVector vector) {
      trial(vector).passed(1);
    }

    @Override
    public void mismatched(Mismatch mismatch) {
      trial(mismatch.vector()).failed(CaseFailure.of(NAME, subject.name(), mismatch));
    }

    @Override
    public void notSupported(UnsupportedVector vector) {
      trials.apply(modes.getFirst()).notSupported(vector.mode(), 1);
    }
  }
}
