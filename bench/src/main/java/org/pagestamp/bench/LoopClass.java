package org.pagestamp.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.pagestamp.walk.Walker;

/**
 * Makes a loop of a fresh hidden class, a copy of a template.
 *
 * <p>The JIT keeps one profile for each call site of a class. Loops of one class that call several
 * walkers would share it, and none of them would be compiled as it is when used alone.
 */
final class LoopClass {
  private LoopClass() {}

  /** A loop over {@code image} of a new copy of {@code template}. */
  static WalkLoop define(Class<? extends WalkLoop> template, TableImage image, Walker walker) {
    try {
      MethodHandles.Lookup copy =
          MethodHandles.lookup()
              .defineHiddenClassWithClassData(classFile(template), image.memory(), true);
      MethodType constructor = MethodType.methodType(void.class, TableImage.class, Walker.class);
      return (WalkLoop) copy.findConstructor(copy.lookupClass(), constructor).invoke(image, walker);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("cannot copy " + template, e);
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
