package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.MissingTable;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Trace;

/** What {@code walk} tells of a nested guest. */
final class NestedWalks {
  private final NestedView view;
  private final Map<String, NestedView.Prober> engines;
  private final int access;
  private final PrintWriter out;

  NestedWalks(NestedView view, Engine engine, int access, PrintWriter out)
      throws GuestFormatException {
    this.view = view;
    this.engines = view.probers(engine);
    this.access = access;
    this.out = out;
  }

  /** Translates an address; whether it does not fault and the engines agree. */
  boolean walk(long address) throws GuestFormatException {
    long result = engines.values().iterator().next().probe(address, access);
    boolean agree = true;
    for (Map.Entry<String, NestedView.Prober> engine : engines.entrySet()) {
      long answer = engine.getValue().probe(address, access);
      if (answer != result) {
        agree = false;
        out.printf("0x%x: the engines differ; %s: %s%n", address, engine.getKey(), words(answer));
      }
    }
    Optional<MissingTable> missing;
    String text;
    if (view.only()) {
      Stage2Trace trace = view.explainAlone(address, access);
      missing = MissingTable.behind(view.guest(), trace, address);
      text = Stage2Text.alone(result, address);
    } else {
      NestedTrace trace = view.explain(address, access);
      missing = MissingTable.behind(view.guest(), trace);
      text = Stage2Text.nested(result, address, NestedExplanation.lastGpa(trace, address));
    }
    out.printf(
        "0x%x -> %s%s%n", address, text, missing.map(table -> " (" + table + ")").orElse(""));
    return agree && !NestedResult.isFault(result);
  }

  private String words(long result) {
    return view.only() ? Stage2Result.toString(result) : NestedResult.toString(result);
  }
}
