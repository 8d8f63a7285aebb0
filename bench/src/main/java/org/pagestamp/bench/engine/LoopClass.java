package org.pagestamp.bench.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import org.pagestamp.bench.image.TableImage;

/**
 * Makes a loop of a fresh hidden class, a copy of a template.
 *
 * <p>The JIT keeps one profile for each call site of a class. Loops of one class that call several
 * walkers would share it, and none of them would be compiled as it is when used alone.
 */
final class LoopClass {
  private static final MethodType CONSTRUCTOR =
      MethodType.methodType(void.class, TableImage.class, List.class);

  private LoopClass() {}

  /**
   * A loop over {@code image} of a new copy of {@code template}.
   *
   * @param walkers what the template's constructor takes
   */
  static WalkLoop define(Class<? extends WalkLoop> template, TableImage image, List<?> walkers) {
    try {
      MethodHandles.Lookup copy =
          MethodHandles.lookup().defineHiddenClassWithClassData(classFile(template), image, true);
      return (WalkLoop)
          copy.findConstructor(copy.lookupClass(), CONSTRUCTOR).invoke(image, walkers);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("cannot copy " + template, e);
    }
  }

  /** For a copy's static initializer: the image it loops over. */
  static TableImage image(MethodHandles.Lookup copy) {
    try {
      return MethodHandles.classData(copy, "_", TableImage.class);
    } catch (IllegalAccessException e) {
      throw new AssertionError("a class may read its own data", e);
    }
  }

  private static byte[] classFile(Class<?> template) {
    try (InputStream in = template.getResourceAsStream(template.getSimpleName() + ".class")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
