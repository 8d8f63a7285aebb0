package org.pagestamp.cli;

import java.io.PrintWriter;
import org.pagestamp.bench.report.TextReport;
import org.pagestamp.bench.run.BenchListener;
import org.pagestamp.bench.run.ScenarioResult;

/** Shows how a run gets on: a step on the bar for each JVM, and each scenario's rows once known. */
final class BenchProgress implements BenchListener, AutoCloseable {
  private final Progress progress;
  private final PrintWriter table;

  /**
   * Progress of a run.
   *
   * @param steps number of JVMs
   * @param table where rows go, or null for nowhere
   */
  BenchProgress(int steps, PrintWriter table) {
    progress = new Progress("bench", steps);
    this.table = table;
  }

  @Override
  public void begins(String what) {
    progress.step(what);
  }

  @Override
  public void measured(ScenarioResult result) {
    if (table != null) {
      progress.clear();
      table.print(TextReport.scenario(result));
      table.flush();
    }
  }

  @Override
  public void close() {
    progress.close();
  }
}
