package org.pagestamp.bench.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import org.pagestamp.bench.image.WalkedImage;

/**
 * Makes objects of fresh hidden classes, copies of a template: loops above all.
 *
 * <p>The JIT keeps one profile for each call site of a class. Loops of one class that call several
 * walkers would share it, and none of them would be compiled as it is when used alone.
 */
final class LoopClass {
  private LoopClass() {}

  /**
   * A loop over {@code image} of a new copy of {@code template}.
   *
   * @param image of the kind that the template's constructor takes
   * @param walkers what the constructor takes beside it
   */
  static WalkLoop define(Class<? extends WalkLoop> template, WalkedImage image, List<?> walkers) {
    MethodType constructor = MethodType.methodType(void.class, image.getClass(), List.class);
    return (WalkLoop) copy(template, image, constructor, image, walkers);
  }

  /**
   * An object of a new copy of {@code template}.
   *
   * @param image the copy's class data
   * @param constructor the type of the template's constructor
   */
  static Object copy(
      Class<?> template, WalkedImage image, MethodType constructor, Object... arguments) {
    try {
      MethodHandles.Lookup copy =
          MethodHandles.lookup().defineHiddenClassWithClassData(classFile(template), image, true);
      return copy.findConstructor(copy.lookupClass(), constructor).invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("cannot copy " + template, e);
    }
  }

  /** For a copy's static initializer: the image it loops over. */
  static <T extends WalkedImage> T image(MethodHandles.Lookup copy, Class<T> kind) {
    try {
      return MethodHandles.classData(copy, "_", kind);
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
