package org.pagestamp.conformance.planted;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Plants one bug at a time and lets the suite look for it, with each engine that has the bug.
 *
 * <p>The changed class is compiled into a directory of its own, which a class loader looks into
 * before it looks where this test's classes are; that loader loads everything, suite and libraries
 * included, so that bugs do not see each other.
 */
final class PlantedRun {
  /** A suite that takes so long hangs; its thread is left alone, and counts as a notice. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Checkout checkout;

  PlantedRun(Checkout checkout) {
    this.checkout = checkout;
  }

  /** Compiles all bugs, to no avail but that one which does not compile is known at once. */
  void compileAll(List<PlantedBug> bugs) throws IOException {
    for (PlantedBug bug : bugs) {
      Path classes = Files.createTempDirectory("pagestamp-planted-");
      try {
        checkout.compile(bug, classes);
      } finally {
        delete(classes);
      }
    }
  }

  /** The verdict for each engine that has the bug. */
  List<Verdict> verdicts(PlantedBug bug) throws IOException {
    Path classes = Files.createTempDirectory("pagestamp-planted-");
    try {
      checkout.compile(bug, classes);
      List<Verdict> verdicts = new ArrayList<>();
      for (String engine : bug.has().names()) {
        long start = System.nanoTime();
        List<String> noticed = noticed(classes, engine, bug.isOfSecondStage());
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        verdicts.add(
            noticed.isEmpty()
                ? new Verdict(bug, engine, "", 0, "", time)
                : new Verdict(
                    bug,
                    engine,
                    noticed.get(0),
                    Long.parseLong(noticed.get(1)),
                    noticed.get(2),
                    time));
      }
      return verdicts;
    } finally {
      delete(classes);
    }
  }

  /**
   * What the suite says with the classes in {@code overlay} in place of the right ones.
   *
   * @param secondStageFirst whether the groups with a second stage come before the others
   */
  static List<String> noticed(Path overlay, String engine, boolean secondStageFirst)
      throws IOException {
    try (URLClassLoader loader =
        new URLClassLoader(urls(overlay), ClassLoader.getPlatformClassLoader())) {
      FutureTask<List<String>> suite =
          new FutureTask<>(() -> suite(loader).apply(engine, secondStageFirst));
      Thread thread = new Thread(suite, "suite");
      thread.setDaemon(true);
      thread.start();
      return suite.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return List.of("(time)", "1", "the suite did not end in " + PATIENCE.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new IllegalStateException("the suite cannot run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @SuppressWarnings("unchecked") // the class is known, if not to this class loader
  private static BiFunction<String, Boolean, List<String>> suite(ClassLoader loader)
      throws ReflectiveOperationException {
    var constructor = loader.loadClass(QuickSuite.class.getName()).getDeclaredConstructor();
    constructor.setAccessible(true);
    return (BiFunction<String, Boolean, List<String>>) constructor.newInstance();
  }

  private static URL[] urls(Path overlay) throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    urls.add(overlay.toUri().toURL());
    for (Path entry : Checkout.classPathEntries()) {
      urls.add(entry.toUri().toURL());
    }
    return urls.toArray(URL[]::new);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
