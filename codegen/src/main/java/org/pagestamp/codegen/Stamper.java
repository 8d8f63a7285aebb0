package org.pagestamp.codegen;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.stage2.Stage2Walker;
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

  private final KeptWalkers<Role, Walker> kept;
  private final KeptWalkers<Stage2Role, Stage2Walker> keptStage2;
  private final KeptWalkers<NestedRole, NestedWalker> keptNested;
  private final ClassDumper dumper;
  private final AtomicInteger stamped = new AtomicInteger();

  /** A stamper that keeps {@value #DEFAULT_KEPT} walkers of each kind. */
  public Stamper() {
    this(DEFAULT_KEPT);
  }

  /**
   * A stamper that keeps a number of walkers.
   *
   * @param kept how many of each kind: of one dimension, of stage 2, of both; 0 keeps none
   * @throws IllegalArgumentException if {@code kept} is negative
   */
  public Stamper(int kept) {
    this(kept, System.getProperty(DUMP_PROPERTY));
  }

  Stamper(int kept, String dumpDirectory) {
    this.kept = new KeptWalkers<>(kept);
    this.keptStage2 = new KeptWalkers<>(kept);
    this.keptNested = new KeptWalkers<>(kept);
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
    return kept.walker(role, layout, () -> make(role, layout));
  }

  private Walker make(Role role, SlotLayout layout) {
    layout.requireUpdatable(role.mode().entryBytes());
    return (Walker) define(generate(role, layout), Role.class, role, layout);
  }

  /**
   * The walker for a role of stage 2 and a layout, as {@link #stamp(Role, SlotLayout)}.
   *
   * @throws IllegalArgumentException if the layout cannot update the role's entries as its update
   *     mode demands
   */
  public Stage2Walker stamp(Stage2Role role, SlotLayout layout) {
    return keptStage2.walker(
        role,
        layout,
        () -> (Stage2Walker) define(generate(role, layout), Stage2Role.class, role, layout));
  }

  /**
   * The walker for a role in two dimensions and a layout, as {@link #stamp(Role, SlotLayout)}.
   *
   * @throws IllegalArgumentException if the layout cannot update the entries of both dimensions as
   *     its update mode demands
   */
  public NestedWalker stamp(NestedRole role, SlotLayout layout) {
    return keptNested.walker(
        role,
        layout,
        () -> (NestedWalker) define(generate(role, layout), NestedRole.class, role, layout));
  }

  /** Forgets all kept walkers. */
  public void clear() {
    kept.clear();
    keptStage2.clear();
    keptNested.clear();
  }

  /** The class that {@link #stamp(Role, SlotLayout)} would define, for inspection. */
  public WalkerClass generate(Role role, SlotLayout layout) {
    return new WalkerAssembler(role, layout, name(role.mode()) + "Walker").assemble();
  }

  /** The class that {@link #stamp(Stage2Role, SlotLayout)} would define, for inspection. */
  public WalkerClass generate(Stage2Role role, SlotLayout layout) {
    return new Stage2Assembler(role, layout, name(role) + "Walker").assemble();
  }

  /** The class that {@link #stamp(NestedRole, SlotLayout)} would define, for inspection. */
  public WalkerClass generate(NestedRole role, SlotLayout layout) {
    String name = name(role.guest().mode()) + "Over" + name(role.stage2());
    return new NestedAssembler(role, layout, name + "Walker").assemble();
  }

  private static String name(PagingMode mode) {
    return switch (mode) {
      case NO_PAGING -> "NoPaging";
      case TWO_LEVEL -> "TwoLevel";
      case PAE -> "Pae";
      case FOUR_LEVEL -> "FourLevel";
      case FIVE_LEVEL -> "FiveLevel";
    };
  }

  private static String name(Stage2Role role) {
    return switch (role) {
      case EptRole ept -> ept.mode() == EptMode.EPT4 ? "Ept4" : "Ept5";
      case NptRole npt -> name(npt.host().mode()) + "Npt";
    };
  }

  /** Dumps a class if asked, defines it, and makes its one instance. */
  private Object define(
      WalkerClass walkerClass, Class<?> roleType, Object role, SlotLayout layout) {
    String fileName = walkerClass.name() + "-" + stamped.incrementAndGet();
    dumper.dump(walkerClass, fileName);
    return define(walkerClass, fileName, roleType, role, layout);
  }

  /** Defines a class and makes its instance; one that fails verification is dumped. */
  Object define(
      WalkerClass walkerClass, String fileName, Class<?> roleType, Object role, SlotLayout layout) {
    try {
      MethodHandles.Lookup hidden =
          MethodHandles.lookup()
              .defineHiddenClassWithClassData(
                  walkerClass.classFile(), walkerClass.classData(), true);
      MethodHandle constructor =
          hidden.findConstructor(
              hidden.lookupClass(), MethodType.methodType(void.class, roleType, SlotLayout.class));
      return constructor.invoke(role, layout);
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
