package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;

/** Stage 2 that maps every address to itself, with all rights, changes no walk of the guest. */
class IdentityStage2Test {
  private static final int GUESTS = 20;
  private static final int WALKS = 60;
  private static final int GUEST_PAGES = 16;
  private static final int STAGE2_PAGES = 4;
  private static final long STAGE2 = 0x100_0000;

  /** Where no entry of the guest leads, so that they stay as loaded. */
  private static final long PDPTES = STAGE2 + (STAGE2_PAGES - 1) * 0x1000L;

  private static final int WORDS = GUEST_PAGES * 512;

  /** Bits of a result that tell of stage 2. */
  private static final long OF_STAGE2 = 0x1FL << 54;

  static Iterable<NestedRole> roles() {
    return NestedRoles.all();
  }

  @ParameterizedTest
  @MethodSource("roles")
  void walksAreThoseOfOneDimension(NestedRole role) {
    SplittableRandom random = new SplittableRandom(20_251_125);
    int[] outcomes = new int[3];
    for (int i = 0; i < GUESTS; i++) {
      long[] noise = noise(random, role.guest().mode());
      Twins twins = new Twins(role, noise, random.nextInt(GUEST_PAGES));
      for (int j = 0; j < WALKS; j++) {
        outcomes[twins.walk(random)]++;
      }
    }
    assertTrue(outcomes[1] > 20, "too few translations to tell: " + Arrays.toString(outcomes));
    assertTrue(
        role.guest().mode() == PagingMode.NO_PAGING || outcomes[0] > 20,
        "too few faults to tell: " + Arrays.toString(outcomes));
  }

  private static long[] noise(SplittableRandom random, PagingMode mode) {
    long[] words = new long[WORDS + STAGE2_PAGES * 512];
    for (int i = 0; i < WORDS; i++) {
      words[i] =
          mode == PagingMode.TWO_LEVEL
              ? (entry(random) & 0xFFFF_FFFFL) | (entry(random) << 32)
              : entry(random);
    }
    return words;
  }

  /** Mostly an entry that leads on, sometimes anything. */
  private static long entry(SplittableRandom random) {
    long flags = random.nextInt(0x1000) | (random.nextInt(8) == 0 ? 0 : 0x7);
    return random.nextInt(24) == 0
        ? random.nextLong()
        : (random.nextInt(18) * 0x1000L | flags) & ~TestGuest.PS;
  }

  /** The same guest twice: alone, and over stage 2. */
  private static final class Twins {
    private final NestedRole role;
    private final long[] aloneWords;
    private final long[] nestedWords;
    private final InterpretedWalker alone;
    private final InterpretedNestedWalker nested;
    private final VcpuState vcpu = new VcpuState();
    private final NestedState state = new NestedState();

    Twins(NestedRole role, long[] words, int readOnlyPage) {
      this.role = role;
      mapAll(words, role.stage2().format());
      for (int i = 0; i < 4; i++) {
        words[WORDS + (int) (PDPTES - STAGE2) / 8 + i] = i * 0x3000L + 0x1001;
      }
      aloneWords = words.clone();
      nestedWords = words.clone();
      Role guest = role.guest();
      alone = new InterpretedWalker(guest, layout(aloneWords, readOnlyPage));
      nested = new InterpretedNestedWalker(role, layout(nestedWords, readOnlyPage));
      state.stage2().root(STAGE2);
      long cr3 = guest.mode() == PagingMode.PAE ? PDPTES : 0x3000;
      assertEquals(Cr3Load.LOADED, vcpu.loadCr3(cr3, guest, alone.layout()));
      assertEquals(Cr3Load.LOADED, nested.loadCr3(state, cr3));
    }

    private static SlotLayout layout(long[] words, int readOnlyPage) {
      MemorySegment memory = MemorySegment.ofArray(words);
      SlotLayout.Builder builder = SlotLayout.builder();
      for (int page = 0; page < GUEST_PAGES; page++) {
        EnumSet<SlotFlag> flags = EnumSet.noneOf(SlotFlag.class);
        if (page == readOnlyPage) {
          flags.add(SlotFlag.READONLY);
        }
        builder.slot(page * 0x1000L, 0x1000, flags, Backing.of(memory, page * 0x1000L));
      }
      return builder
          .slot(
              STAGE2,
              STAGE2_PAGES * 0x1000L,
              EnumSet.noneOf(SlotFlag.class),
              Backing.of(memory, WORDS * 8L))
          .build();
    }

    /** Maps the first GiB by the largest pages there are. */
    private static void mapAll(long[] words, Stage2Format format) {
      MemorySegment memory = MemorySegment.ofArray(words).asSlice(WORDS * 8L);
      int level = format.topLevel();
      long page = 0;
      long table = 7;
      for (; level > 3 || (level == 3 && format.level(3).leafBits() == 0); level--) {
        memory.set(
            ValueLayout.JAVA_LONG, page, (STAGE2 + page + 0x1000) | (level == 3 ? 1 : table));
        page += 0x1000;
      }
      long leaf = 0x87 | (format.ept() ? 0x30 : 0);
      long size = format.level(level).pageSize();
      for (int i = 0; i < (1L << 30) / size; i++) {
        if (format.entryBytes() == 4) {
          memory.set(ValueLayout.JAVA_INT, page + i * 4L, (int) ((i * size) | leaf));
        } else {
          memory.set(ValueLayout.JAVA_LONG, page + i * 8L, (i * size) | leaf);
        }
      }
    }

    /** 0 for a fault, 1 for a translation, 2 if stage 2 does not map what the guest leads to. */
    int walk(SplittableRandom random) {
      PagingMode mode = role.guest().mode();
      long gva = random.nextLong() >> (mode.isLongMode() ? 64 - mode.gvaBits() : 34);
      int access = random.nextInt(Access.LIMIT);
      if (!Access.isValid(access)) {
        access = Access.READ;
      }
      long expected = alone.walk(vcpu, gva, access);
      long probed = nested.probe(state, gva, access);
      long result = nested.walk(state, gva, access);
      assertEquals(NestedResult.toString(probed), NestedResult.toString(result));
      assertEquals(probed, result);
      if (NestedResult.isStage2Fault(result)) {
        boolean leadsOut =
            WalkResult.isFault(expected)
                ? WalkResult.faultReason(expected) == FaultReason.TABLE_IN_NO_SLOT
                : WalkResult.isInNoSlot(expected);
        assertTrue(leadsOut, () -> NestedResult.toString(result));
        System.arraycopy(aloneWords, 0, nestedWords, 0, WORDS);
        return 2;
      }
      boolean fault = WalkResult.isFault(expected);
      assertEquals(
          WalkResult.toString(expected), WalkResult.toString(fault ? result : result & ~OF_STAGE2));
      assertArrayEquals(
          Arrays.copyOf(aloneWords, WORDS), Arrays.copyOf(nestedWords, WORDS), "memory");
      return fault ? 0 : 1;
    }
  }
}
