package org.pagestamp.codegen;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Walker;

/**
 * Makes generated walkers: stamps a hidden class for a role and a slot layout.
 *
 * <p>Keeps the walkers most recently asked for, so that a guest that flips CR0.WP back and forth
 * gets its classes back; a class that is neither kept nor in use is unloaded by the JVM. A kept
 * walker keeps its layout's memory reachable.
 *
 * <p>With the system property {@value #DUMP_PROPERTY} set when the stamper is made, every class
 * goes to that directory as class file, listing and bytecode text.
 *
 * <p>Safe for use by several threads. They stamp in parallel, and do not wait for each other to get
 * a kept walker; of those that stamp the same at the same time, all get the walker of one.
 */
public final class Stamper {
  /** Names the directory that generated classes are written to. */
  public static final String DUMP_PROPERTY = "pagestamp.dump";

  /** How many walkers a stamper keeps unless told otherwise. */
  public static final int DEFAULT_KEPT = 64;

  private final Object lock = new Object();
  private final KeptWalkers<Walker> kept;
  private final ClassDumper dumper;
  private final AtomicInteger stamped = new AtomicInteger();

  /** A stamper that keeps {@value #DEFAULT_KEPT} walkers. */
  public Stamper() {
    this(DEFAULT_KEPT);
  }

  /**
   * A stamper that keeps a number of walkers.
   *
   * @param kept how many; 0 keeps none
   * @throws IllegalArgumentException if {@code kept} is negative
   */
  public Stamper(int kept) {
    this(kept, System.getProperty(DUMP_PROPERTY));
  }

  Stamper(int kept, String dumpDirectory) {
    this.kept = new KeptWalkers<>(kept);
    this.dumper = new ClassDumper(dumpDirectory == null ? null : Path.of(dumpDirectory));
  }

  /**
   * The walker for a role and a layout: a kept one, or one of a class stamped now, which takes some
   * tens of milliseconds the first time in a JVM and a fraction of a millisecond later.
   *
   * @throws IllegalArgumentException if the layout cannot update the role's entries as its update
   *     mode demands
   */
  public Walker stamp(Role role, SlotLayout layout) {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(layout, "layout");
    synchronized (lock) {
      Walker walker = kept.get(role, layout);
      if (walker != null) {
        return walker;
      }
    }
    Walker made = make(role, layout);
    synchronized (lock) {
      Walker madeMeanwhile = kept.get(role, layout);
      if (madeMeanwhile != null) {
        return madeMeanwhile;
      }
      kept.put(made);
      return made;
    }
  }

  /** Without the lock: a kept walker is had at once, and several can be made at a time. */
  private Walker make(Role role, SlotLayout layout) {
    layout.requireUpdatable(role.mode().entryBytes());
    WalkerClass walkerClass = generate(role, layout);
    String fileName = walkerClass.name() + "-" + stamped.incrementAndGet();
    dumper.dump(walkerClass, fileName);
    return define(walkerClass, fileName, role, layout);
  }

  /** Forgets all kept walkers. */
  public void clear() {
    synchronized (lock) {
      kept.clear();
    }
  }

  /** The class that {@link #stamp} would define, for inspection. */
  public WalkerClass generate(Role role, SlotLayout layout) {
    String mode =
        switch (role.mode()) {
          case NO_PAGING -> "NoPaging";
          case TWO_LEVEL -> "TwoLevel";
          case PAE -> "Pae";
          case FOUR_LEVEL -> "FourLevel";
          case FIVE_LEVEL -> "FiveLevel";
        };
    return new WalkerAssembler(role, layout, mode + "Walker").assemble();
  }

  /** Defines the class and makes its one instance; a class that fails verification is dumped. */
  Walker define(WalkerClass walkerClass, String fileName, Role role, SlotLayout layout) {
    try {
      MethodHandles.Lookup hidden =
          MethodHandles.lookup()
              .defineHiddenClassWithClassData(
                  walkerClass.classFile(), walkerClass.classData(), true);
      MethodHandle constructor =
          hidden.findConstructor(
              hidden.lookupClass(),
              MethodType.methodType(void.class, Role.class, SlotLayout.class));
      return (Walker) constructor.invoke(role, layout);
    } catch (LinkageError e) {
      Path where = dumper.dumpFailed(walkerClass, fileName);
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "the class generated for %s does not verify: this is a bug; the class is in %s",
              role,
              where),
          e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("cannot make a generated walker", e);
    }
  }
}
