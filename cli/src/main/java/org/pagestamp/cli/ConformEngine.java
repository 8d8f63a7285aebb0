package org.pagestamp.cli;

import java.lang.reflect.Constructor;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.WalkerSubject;

/** Makes the subjects that {@code --engine}, {@code --memory} and {@code --classpath} name. */
final class ConformEngine {
  private static final List<MemoryKind> GENERATED_OVER =
      List.of(
          MemoryKind.NATIVE,
          MemoryKind.LONG_ARRAY,
          MemoryKind.MAPPED_FILE,
          MemoryKind.ACCESSOR,
          MemoryKind.BYTE_ARRAY);

  private ConformEngine() {}

  /**
   * The subjects.
   *
   * @param engines interpreted, generated, both, or names of classes that implement {@link Subject}
   * @param memory kinds of memory for our engines; if there are none, those that suit them
   * @param classPath where to look for classes, besides our own
   * @throws IllegalArgumentException if there is no such class, or it is no subject
   */
  static List<Subject> subjects(
      List<String> engines, List<MemoryKind> memory, List<Path> classPath) {
    List<Subject> subjects = new ArrayList<>();
    for (String engine : engines) {
      if (engine.equals("interpreted") || engine.equals("both")) {
        add(subjects, Engine.interpreted(), memory.isEmpty() ? List.of(MemoryKind.NATIVE) : memory);
      }
      if (engine.equals("generated") || engine.equals("both")) {
        add(subjects, Engine.generated(new Stamper()), memory.isEmpty() ? GENERATED_OVER : memory);
      }
      if (!List.of("interpreted", "generated", "both").contains(engine)) {
        subjects.add(foreign(engine, classPath));
      }
    }
    return subjects;
  }

  private static void add(List<Subject> subjects, Engine engine, List<MemoryKind> memory) {
    memory.forEach(kind -> subjects.add(new WalkerSubject(engine, kind)));
  }

  private static Subject foreign(String className, List<Path> classPath) {
    try {
      Class<?> type = Class.forName(className, true, loader(classPath));
      Constructor<?> constructor = type.getConstructor();
      return (Subject) constructor.newInstance();
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(
          "engine '"
              + className
              + "' is none of interpreted, generated, both, nor a class on --classpath",
          e);
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(
          "engine " + className + " has no public constructor without parameters", e);
    } catch (ClassCastException e) {
      throw new IllegalArgumentException(
          "engine " + className + " does not implement " + Subject.class.getName(), e);
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IllegalArgumentException("engine " + className + " cannot be made: " + e, e);
    }
  }

  /** Not closed: classes are loaded from it as long as the subject works. */
  private static ClassLoader loader(List<Path> classPath) {
    URL[] urls =
        classPath.stream()
            .map(
                path -> {
                  if (!Files.exists(path)) {
                    throw new IllegalArgumentException("--classpath: no such file: " + path);
                  }
                  try {
                    return path.toUri().toURL();
                  } catch (MalformedURLException e) {
                    throw new IllegalArgumentException("--classpath: " + path, e);
                  }
                })
            .toArray(URL[]::new);
    return new URLClassLoader(urls, ConformEngine.class.getClassLoader());
  }
}
