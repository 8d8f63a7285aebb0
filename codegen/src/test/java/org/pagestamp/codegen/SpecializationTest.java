package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.profile.Profile;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.walk.WalkResult;

/** What a role or a layout rules out is absent from the bytecode, not merely never taken. */
class SpecializationTest {
  private static final Set<String> STORES =
      Set.of("compareAndSet", "replace", "set", "mark", "compareAndSetLong", "update");

  /** What the methods of a walk contain: names called, int compares, constants that are ORed. */
  private static final class Contents extends ClassVisitor {
    final Set<String> calls = new TreeSet<>();
    final Set<Object> ored = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
    int intCompares;

    Contents(WalkerClass walkerClass) {
      super(Opcodes.ASM9);
      new ClassReader(walkerClass.classFile()).accept(this, 0);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      if (!name.matches("walk|search|leaf[123]|deviating|exact|probe|update")) {
        return null;
      }
      return new MethodVisitor(Opcodes.ASM9) {
        private Object lastConstant = "none";

        @Override
        public void visitMethodInsn(
            int opcode, String owner, String called, String type, boolean isInterface) {
          calls.add(called);
        }

        @Override
        public void visitLdcInsn(Object value) {
          lastConstant = value;
        }

        @Override
        public void visitInsn(int opcode) {
          if (opcode == Opcodes.LOR) {
            ored.add(lastConstant);
          }
          if (opcode == Opcodes.ISUB) {
            intCompares++; // the writability test compares a slot's number with a constant
          }
        }
      };
    }

    boolean knowsReadOnlySlots() {
      return intCompares > 0
          || ored.contains(WalkResult.CLEAN_WRITE)
          || ored.contains(WalkResult.READ_ONLY_SLOT);
    }

    boolean stores() {
      return calls.stream().anyMatch(STORES::contains);
    }
  }

  private static Contents contents(SlotLayout layout) {
    return new Contents(new Stamper().generate(Layouts.FOUR_LEVEL, layout));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 64})
  void anAllRamClassHasNoWritabilityTest(int slots) {
    assertFalse(contents(Layouts.ram(slots)).knowsReadOnlySlots());
    assertFalse(
        new Stamper()
            .generate(Layouts.FOUR_LEVEL, Layouts.ram(slots))
            .listing()
            .contains("WRITABLE_SLOTS"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 64})
  void anAllRomClassHasNoStore(int slots) {
    assertFalse(contents(Layouts.rom(slots)).stores());
    assertFalse(
        new Stamper()
            .generate(Layouts.FOUR_LEVEL, Layouts.rom(slots))
            .bytecode()
            .contains("compareAndSet"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 64})
  void aClassWithoutUpdatesHasNoStoreThoughAllIsRam(int slots) {
    WalkerClass without = new Stamper().generate(WalkerMatrix.WITHOUT_UPDATES, Layouts.ram(slots));
    assertFalse(new Contents(without).stores());
    String bytecode = without.bytecode();
    assertFalse(bytecode.contains("compareAndSet"), bytecode);
    assertFalse(bytecode.contains("VarHandle.set"), bytecode);
    assertFalse(bytecode.contains("DirtyLog"), bytecode);
  }

  @Test
  void inTwoDimensionsTooAGuestWithoutUpdatesOverAStageTwoWithoutThemHasNoStore() {
    EptRole plain = EptRole.of(EptMode.EPT4, 46);
    NestedRole role = NestedRole.processor(WalkerMatrix.WITHOUT_UPDATES, plain);
    String bytecode = new Stamper().generate(role, Layouts.ram(1)).bytecode();
    assertFalse(bytecode.contains("compareAndSet"), bytecode);
    assertFalse(bytecode.contains("VarHandle.set"), bytecode);
  }

  @Test
  void onlyWhereSomeTableFaultsForItsSlotTheClassKnowsThatFault() {
    Stamper stamper = new Stamper();
    for (Profile profile : List.of(Profile.INTEL, Profile.AMD)) {
      Role role = WalkerMatrix.fourLevel(profile);
      assertTrue(stamper.generate(role, Layouts.of(2, 1)).listing().contains("TABLE_READ_ONLY"));
      assertFalse(stamper.generate(role, Layouts.ram(2)).listing().contains("TABLE_READ_ONLY"));
    }
    assertFalse(
        stamper
            .generate(Layouts.FOUR_LEVEL, Layouts.of(2, 1))
            .listing()
            .contains("TABLE_READ_ONLY"));
  }

  @ParameterizedTest
  @EnumSource
  void theClassOfAProfileNamesItsChoices(Profile profile) {
    Role role = WalkerMatrix.fourLevel(profile);
    WalkerClass walkerClass = new Stamper().generate(role, Layouts.ram(1));
    String head = walkerClass.listing().lines().findFirst().orElseThrow();
    assertTrue(head.contains(role.choices().toString()), head);
  }

  @Test
  void choicesWithoutEffectMakeTheSameClass() {
    Role kvm = WalkerMatrix.fourLevel(Profile.KVM);
    Stamper stamper = new Stamper();
    assertArrayEquals(
        stamper.generate(Layouts.FOUR_LEVEL, Layouts.of(2, 1)).classFile(),
        stamper.generate(kvm, Layouts.of(2, 1)).classFile());
  }

  @Test
  void aMixedClassHasBoth() {
    Contents mixed = contents(Layouts.of(2, 1));
    assertTrue(mixed.knowsReadOnlySlots());
    assertTrue(mixed.stores());
  }

  @Test
  void aRoleWithoutKeysDoesNotReadThem() {
    assertFalse(contents(Layouts.ram(1)).calls.contains("pkru"));
    Role keys = Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46), Control.PKE, Control.PKS);
    Contents with = new Contents(new Stamper().generate(keys, Layouts.ram(1)));
    assertTrue(with.calls.containsAll(List.of("pkru", "pkrs")));
  }

  @Test
  void onlyASlotThatLogsDirtyPagesMarksThem() {
    SlotLayout plain = Layouts.ram(1);
    SlotLayout logging =
        SlotLayout.builder()
            .slot(0, 0x4000, EnumSet.of(SlotFlag.LOG_DIRTY_PAGES), Backing.of(new long[0x4000 / 8]))
            .build();
    Stamper stamper = new Stamper();
    assertFalse(stamper.generate(Layouts.FOUR_LEVEL, plain).bytecode().contains("DirtyLog"));
    assertTrue(stamper.generate(Layouts.FOUR_LEVEL, logging).bytecode().contains("DirtyLog.mark"));
  }

  @Test
  void withoutOneGigPagesLevelThreeKnowsNoPage() {
    Role without = Role.of(PagingMode.FOUR_LEVEL, new CpuFeatures(46, false, false), Control.NXE);
    String listing = new Stamper().generate(without, Layouts.ram(1)).listing();
    assertFalse(listing.contains("(pdpte & PS)"));
    assertTrue(listing.contains("(pde & PS)"));
  }

  @Test
  void theGuestModesHaveTheirOwnNumberOfLevels() {
    Stamper stamper = new Stamper();
    CpuFeatures cpu = CpuFeatures.intel(46);
    SlotLayout layout = Layouts.ram(1);
    assertEquals(2, loads(stamper.generate(Role.of(PagingMode.TWO_LEVEL, cpu), layout)));
    assertEquals(2, loads(stamper.generate(Role.of(PagingMode.PAE, cpu), layout)));
    assertEquals(4, loads(stamper.generate(Role.of(PagingMode.FOUR_LEVEL, cpu), layout)));
    assertEquals(5, loads(stamper.generate(Role.of(PagingMode.FIVE_LEVEL, cpu), layout)));
    assertEquals(0, loads(stamper.generate(Role.of(PagingMode.NO_PAGING, cpu), layout)));
  }

  @Test
  void walksInTwoDimensionsHaveTheirOwnNumberOfLoads() {
    Stamper stamper = new Stamper();
    SlotLayout layout = Layouts.ram(1);
    NestedRole fourByFour = NestedRole.kvm(TwoStageMatrix.FOUR_LEVEL, TwoStageMatrix.EPT4);
    assertEquals(4, loads(stamper.generate(TwoStageMatrix.EPT4, layout)));
    assertEquals(24, loads(stamper.generate(fourByFour, layout)));
    EptRole ept5 = EptRole.of(EptMode.EPT5, 46, EptOption.ACCESSED_DIRTY);
    NestedRole fiveByFive = NestedRole.kvm(WalkerMatrix.ALL_CONTROLS, ept5);
    assertEquals(35, loads(stamper.generate(fiveByFive, layout)));
  }

  @Test
  void inTwoDimensionsTooRomHasNoStoreAndRamNoWritabilityTest() {
    Stamper stamper = new Stamper();
    NestedRole role = NestedRole.kvm(TwoStageMatrix.FOUR_LEVEL, TwoStageMatrix.EPT4);
    assertFalse(stamper.generate(role, Layouts.rom(1)).bytecode().contains("compareAndSet"));
    WalkerClass ram = stamper.generate(role, Layouts.ram(1));
    assertFalse(ram.listing().contains("WRITABLE_SLOTS"));
    assertTrue(ram.bytecode().contains("compareAndSet"));
    WalkerClass mixed = stamper.generate(role, Layouts.of(2, 1));
    assertTrue(mixed.listing().contains("WRITABLE_SLOTS"));
  }

  @Test
  void aStageTwoWithoutAccessedAndDirtyBitsIsNotUpdated() {
    EptRole plain = EptRole.of(EptMode.EPT4, 46);
    String bytecode = new Stamper().generate(plain, Layouts.ram(1)).bytecode();
    assertFalse(bytecode.contains("compareAndSet"));
  }

  /** Reads of memory in the method walk. */
  private static long loads(WalkerClass walkerClass) {
    return method(walkerClass.listing(), "long walk(")
        .lines()
        .filter(line -> line.matches(".* = (entry\\(|.*MEMORY0\\[).*"))
        .count();
  }

  /** The lines of one method. */
  private static String method(String listing, String head) {
    int start = listing.indexOf(head);
    assertTrue(start >= 0, listing);
    return listing.substring(start, listing.indexOf("\n\n", start));
  }
}
