package org.pagestamp.access;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * Random accesses to six pages around the end of the address space, where addresses wrap, against
 * an account of every byte: value, fault, its address and code, memory, devices, dirty pages.
 */
@PropertyDefaults(tries = 40, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
class GvaAccessPropertyTest {
  private static final int STEPS = 500;

  private record Page(int number, int flags) {}

  private enum Kind {
    READ,
    READ_TO_WRITE,
    WRITE,
    EXCHANGE,
    FAILING_EXCHANGE
  }

  private static final List<Kind> KINDS = List.of(Kind.values());

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.randomValue(Random::nextLong);
  }

  @Property(seed = "5132")
  void in2LevelPaging(@ForAll("seeds") long seed) {
    new Trial(PagingMode.TWO_LEVEL, seed).run();
  }

  @Property(seed = "5136")
  void inPaePaging(@ForAll("seeds") long seed) {
    new Trial(PagingMode.PAE, seed).run();
  }

  @Property(seed = "5148")
  void in4LevelPaging(@ForAll("seeds") long seed) {
    new Trial(PagingMode.FOUR_LEVEL, seed).run();
  }

  @Property(seed = "5157")
  void in5LevelPaging(@ForAll("seeds") long seed) {
    new Trial(PagingMode.FIVE_LEVEL, seed).run();
  }

  private static final class Trial {
    private final PagingMode mode;
    private final SplittableRandom random;
    private final AccessGuest guest;
    private final GvaAccess access;
    private final Bytes expected;
    private final Map<Long, Page> mapped = new HashMap<>();

    Trial(PagingMode mode, long seed) {
      this.mode = mode;
      random = new SplittableRandom(seed);
      guest = new AccessGuest(mode);
      for (int page = -3; page < 3; page++) {
        if (random.nextInt(8) != 0) {
          map(linear(page * 0x1000L));
        }
      }
      guest.restore(0);
      guest.clearDirty();
      access = guest.access();
      expected = new Bytes(guest);
    }

    private void map(long gva) {
      int[] kinds = {0x10, 0x14, AccessGuest.ROM, AccessGuest.DEVICE, AccessGuest.MORE_RAM};
      int number = kinds[random.nextInt(kinds.length)] + random.nextInt(4);
      int flags = random.nextInt(4) == 0 ? 0 : AccessGuest.W;
      flags |= random.nextInt(4) == 0 ? 0 : AccessGuest.U;
      guest.map(gva, number, flags);
      mapped.put(gva, new Page(number, flags));
    }

    private long linear(long gva) {
      return mode.isLongMode() ? gva : gva & 0xFFFF_FFFFL;
    }

    void run() {
      for (int i = 0; i < STEPS; i++) {
        step();
      }
      assertArrayEquals(expected.memory(), guest.memory());
      assertArrayEquals(expected.devices(), guest.deviceBytes());
    }

    private void step() {
      Kind kind = KINDS.get(random.nextInt(KINDS.size()));
      int size = random.nextInt(1, 9);
      long gva = random.nextInt(-3, 3) * 0x1000L - 8 + random.nextInt(24 - size);
      boolean user = random.nextBoolean();
      String text =
          String.format(
              Locale.ROOT, "%s of %d at 0x%x, %s", kind, size, gva, user ? "user" : "supervisor");
      long[] gpas = new long[size];
      int fault = -1;
      int code = 0;
      for (int i = 0; i < size && fault < 0; i++) {
        Page page = mapped.get(linear(gva + i) & -0x1000L);
        code = code(page, kind != Kind.READ, user);
        if (code >= 0) {
          fault = i;
        } else {
          gpas[i] = page.number() * 0x1000L + ((gva + i) & 0xFFF);
        }
      }
      boolean done = act(kind, asProgramsHaveIt(gva), size, user, gpas, fault >= 0, text);
      assertEquals(fault < 0, done, text);
      if (!done) {
        assertEquals(code, WalkResult.errorCode(access.result()), text);
        assertEquals(linear(gva + fault), access.faultAddress(), text);
      }
      assertDirty(done && kind != Kind.READ && kind != Kind.READ_TO_WRITE, gpas, text);
    }

    /** In 32-bit modes the upper half does not count. */
    private long asProgramsHaveIt(long gva) {
      return mode.isLongMode() ? gva : linear(gva) | ((long) random.nextInt() << 32);
    }

    /** The error code, or -1 if the page allows the access. */
    private static int code(Page page, boolean write, boolean user) {
      int access = (write ? 2 : 0) | (user ? 4 : 0);
      if (page == null) {
        return access;
      }
      boolean allowed =
          (!write || (page.flags() & AccessGuest.W) != 0)
              && (!user || (page.flags() & AccessGuest.U) != 0);
      return allowed ? -1 : access | 1;
    }

    private boolean act(
        Kind kind, long gva, int size, boolean user, long[] gpas, boolean faults, String text) {
      int who = user ? Access.USER : Access.READ;
      long there = faults ? 0 : expected.load(gpas);
      long value = random.nextLong();
      long aboveIt = size == 8 ? 0 : random.nextLong() << (8 * size);
      boolean done =
          switch (kind) {
            case READ -> access.read(gva, size, who);
            case READ_TO_WRITE -> access.read(gva, size, who | Access.WRITE);
            case WRITE -> access.write(gva, size, value, who);
            case EXCHANGE -> access.compareAndExchange(gva, size, there | aboveIt, value, who);
            case FAILING_EXCHANGE -> access.compareAndExchange(gva, size, ~there, value, who);
          };
      if (faults || !done) {
        return done;
      }
      boolean exchange = kind == Kind.EXCHANGE || kind == Kind.FAILING_EXCHANGE;
      if (kind == Kind.WRITE || kind == Kind.EXCHANGE) {
        expected.store(gpas, value);
      } else if (exchange) {
        expected.store(gpas, there);
      }
      long known = kind == Kind.WRITE ? value & (-1L >>> (64 - 8 * size)) : there;
      assertEquals(known, access.value(), text);
      if (exchange) {
        assertEquals(kind == Kind.EXCHANGE, access.exchanged(), text);
      }
      return true;
    }

    private void assertDirty(boolean written, long[] gpas, String text) {
      for (int page = 0; page < AccessGuest.PAGES; page++) {
        boolean touched = false;
        for (long gpa : gpas) {
          touched |= gpa >>> 12 == page;
        }
        boolean dirty = written && touched && Bytes.isRam(page * 0x1000L);
        assertEquals(dirty, guest.isDirty(page), "page " + page + " after " + text);
      }
      guest.clearDirty();
    }
  }
}
