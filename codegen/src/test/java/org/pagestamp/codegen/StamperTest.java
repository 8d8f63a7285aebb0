package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.pagestamp.codegen.WalkerMatrix.Cell;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

class StamperTest {
  private static final Role OTHER_ROLE =
      Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46), Control.NXE);

  @Test
  void walkersAreOfHiddenClasses() {
    Walker walker = new Stamper().stamp(Layouts.FOUR_LEVEL, Layouts.ram(1));
    assertTrue(walker.getClass().isHidden());
  }

  @Test
  void theSameRoleAndLayoutGiveTheSameWalker() {
    Stamper stamper = new Stamper();
    SlotLayout layout = Layouts.ram(1);
    SlotLayout equalLayout = SlotLayout.builder().slot(layout.slots().getFirst()).build();
    Walker walker = stamper.stamp(Layouts.FOUR_LEVEL, layout);
    assertSame(walker, stamper.stamp(Layouts.FOUR_LEVEL, equalLayout));
    assertNotSame(walker, stamper.stamp(OTHER_ROLE, layout));
    assertNotSame(walker, stamper.stamp(Layouts.FOUR_LEVEL, Layouts.ram(1)));
  }

  static List<Cell> cells() {
    return WalkerMatrix.cells();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cells")
  void classesVerify(Cell cell) {
    assertDoesNotThrow(() -> new Stamper(0).stamp(cell.role(), cell.layout()));
  }

  @Test
  void threadsThatStampTheSameAtOnceGetTheSameWalker() throws Exception {
    SlotLayout layout = Layouts.ram(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < 50; round++) {
        Stamper stamper = new Stamper();
        List<Callable<Walker>> stamps =
            Collections.nCopies(4, () -> stamper.stamp(Layouts.FOUR_LEVEL, layout));
        for (Future<Walker> walker : threads.invokeAll(stamps)) {
          assertSame(stamper.stamp(Layouts.FOUR_LEVEL, layout), walker.get());
        }
      }
    }
  }

  @Test
  void theLeastRecentlyUsedWalkerIsForgottenFirst() {
    Stamper stamper = new Stamper(2);
    SlotLayout layout = Layouts.ram(1);
    Role third = Role.of(PagingMode.FIVE_LEVEL, CpuFeatures.intel(46));
    Walker first = stamper.stamp(Layouts.FOUR_LEVEL, layout);
    Walker second = stamper.stamp(OTHER_ROLE, layout);
    stamper.stamp(Layouts.FOUR_LEVEL, layout);
    stamper.stamp(third, layout);
    assertSame(first, stamper.stamp(Layouts.FOUR_LEVEL, layout));
    assertNotSame(second, stamper.stamp(OTHER_ROLE, layout));
  }

  @Test
  void aClassThatIsNeitherKeptNorUsedIsUnloaded() {
    Stamper stamper = new Stamper(1);
    SlotLayout layout = Layouts.ram(1);
    WeakReference<Class<?>> dropped =
        new WeakReference<>(stamper.stamp(Layouts.FOUR_LEVEL, layout).getClass());
    Walker kept = stamper.stamp(OTHER_ROLE, layout);
    for (int i = 0; i < 50 && dropped.get() != null; i++) {
      System.gc();
    }
    assertTrue(dropped.refersTo(null));
    assertSame(kept, stamper.stamp(OTHER_ROLE, layout));
  }

  @Test
  void aDumpIsTheClassItsListingAndItsBytecode(@TempDir Path directory) throws IOException {
    new Stamper(1, directory.toString()).stamp(Layouts.FOUR_LEVEL, Layouts.ram(1));
    assertEquals(
        List.of("FourLevelWalker-1.class", "FourLevelWalker-1.txt", "FourLevelWalker-1.walk"),
        names(directory));
    assertTrue(Files.readString(directory.resolve("FourLevelWalker-1.walk")).contains("long walk"));
    assertTrue(Files.readString(directory.resolve("FourLevelWalker-1.txt")).contains("LRETURN"));
    byte[] magic = Files.readAllBytes(directory.resolve("FourLevelWalker-1.class"));
    assertEquals((byte) 0xCA, magic[0]);
  }

  @Test
  void aClassThatDoesNotVerifyIsDumpedAndNamed(@TempDir Path directory) throws IOException {
    Stamper stamper = new Stamper(1, directory.toString());
    SlotLayout layout = Layouts.ram(1);
    WalkerClass good = stamper.generate(Layouts.FOUR_LEVEL, layout);
    byte[] broken = withWrongReturns(good.classFile());
    WalkerClass bad =
        new WalkerClass(good.name(), broken, good::listing, good.methodSizes(), good.classData());
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () -> stamper.define(bad, "broken", Role.class, Layouts.FOUR_LEVEL, layout));
    assertTrue(thrown.getMessage().contains(directory.toString()), thrown::getMessage);
    assertInstanceOf(LinkageError.class, thrown.getCause());
    assertEquals(
        List.of("broken.failed.class", "broken.failed.txt", "broken.failed.walk"),
        names(directory));
  }

  /** The same class with methods that return an int where a long is due. */
  private static byte[] withWrongReturns(byte[] classFile) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(classFile)
        .accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String type, String signature, String[] exceptions) {
                MethodVisitor method = super.visitMethod(access, name, type, signature, exceptions);
                return new MethodVisitor(Opcodes.ASM9, method) {
                  @Override
                  public void visitInsn(int opcode) {
                    super.visitInsn(opcode == Opcodes.LRETURN ? Opcodes.IRETURN : opcode);
                  }
                };
              }
            },
            0);
    return writer.toByteArray();
  }

  @Test
  void layoutsThatCannotBeUpdatedAreRefused() {
    SlotLayout ints = SlotLayout.builder().ram(0, Backing.of(new int[1024])).build();
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> new Stamper().stamp(Layouts.FOUR_LEVEL, ints));
    assertTrue(refused.getMessage().contains("SINGLE_VCPU"), refused::getMessage);
  }

  @Test
  void aNegativeBoundIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Stamper(-1));
  }

  @Test
  void aLayoutWithoutSlotsFaultsEverywhere() {
    Walker walker = new Stamper().stamp(Layouts.FOUR_LEVEL, SlotLayout.builder().build());
    long result = walker.walk(new VcpuState(), 0, Access.READ);
    assertEquals("fault 0x0 0 at level 4: table in no slot", WalkResult.toString(result));
  }

  @Test
  void whatIsNoAccessIsRefused() {
    Walker walker = new Stamper().stamp(Layouts.FOUR_LEVEL, Layouts.ram(1));
    VcpuState vcpu = new VcpuState();
    for (int access : new int[] {Access.WRITE | Access.FETCH, Access.LIMIT, -1}) {
      assertThrows(IllegalArgumentException.class, () -> walker.walk(vcpu, 0, access));
      assertThrows(IllegalArgumentException.class, () -> walker.probe(vcpu, 0, access));
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
