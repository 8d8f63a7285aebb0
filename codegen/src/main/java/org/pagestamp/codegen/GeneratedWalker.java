package org.pagestamp.codegen;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemoryAccessor;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/** What all generated classes share: the superclass, and the primitives that they call. */
abstract class GeneratedWalker extends Walker {
  /** How entries are read. Unaligned, which costs no alignment test; the addresses are aligned. */
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle LONG_ENTRY =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private static final VarHandle INT_ENTRY =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  /** So many walks wait for memory together; their words stay in the inner cache meanwhile. */
  private static final int LANES = 128;

  GeneratedWalker(Role role, SlotLayout layout) {
    super(role, layout);
  }

  /**
   * Later walks of a batch cannot notice that an earlier one is left to be made by itself: what
   * that one changes are accessed and dirty bits that were clear, and who has seen one of those
   * clear is made by itself as well.
   */
  @Override
  public final void walkAll(VcpuState vcpu, long[] gvas, int access, long[] results) {
    if (gvas == results) { // a batch keeps in the results what it has so far
      super.walkAll(vcpu, gvas, access, results);
      return;
    }
    checkBatch(gvas, access, results);
    for (int start = 0; start < gvas.length; start += LANES) {
      int end = Math.min(start + LANES, gvas.length);
      batch(vcpu, gvas, access, results, start, end);
      for (int i = start; i < end; i++) {
        if (WalkResult.isFault(results[i])) {
          results[i] = walk(vcpu, gvas[i], access);
        }
      }
    }
  }

  /**
   * Makes the walks from {@code start} to {@code end} that are common and change nothing; the
   * others get a fault as their result, and are to be made one by one, in order. All do, unless a
   * class knows better.
   */
  void batch(VcpuState vcpu, long[] gvas, int access, long[] results, int start, int end) {
    Arrays.fill(results, start, end, 0);
  }

  /** The reference tells the story: it reads the same entries and comes to the same answer. */
  @Override
  public WalkTrace explain(VcpuState vcpu, long gva, int access) {
    return new InterpretedWalker(role(), layout()).explain(vcpu, gva, access);
  }

  static boolean compareAndSet(MemorySegment memory, long offset, long expected, long value) {
    return LONG_ENTRY.compareAndSet(memory, offset, expected, value);
  }

  static boolean compareAndSet(MemorySegment memory, long offset, int expected, int value) {
    return INT_ENTRY.compareAndSet(memory, offset, expected, value);
  }

  /** Compare-and-set for a single virtual CPU: any memory, but not atomic. */
  static boolean replace(MemorySegment memory, long offset, long expected, long value) {
    if (memory.get(LONG, offset) != expected) {
      return false;
    }
    memory.set(LONG, offset, value);
    return true;
  }

  /** Compare-and-set for a single virtual CPU: any memory, but not atomic. */
  static boolean replace(MemorySegment memory, long offset, int expected, int value) {
    if (memory.get(INT, offset) != expected) {
      return false;
    }
    memory.set(INT, offset, value);
    return true;
  }

  /** A plain store, which always succeeds. */
  static boolean store(MemorySegment memory, long offset, long value) {
    memory.set(LONG, offset, value);
    return true;
  }

  /** A plain store, which always succeeds. */
  static boolean store(MemorySegment memory, long offset, int value) {
    memory.set(INT, offset, value);
    return true;
  }

  /** A plain store, which always succeeds. */
  static boolean store(MemoryAccessor accessor, long gpa, long value) {
    accessor.putLong(gpa, value);
    return true;
  }

  /** A plain store, which always succeeds. */
  static boolean store(MemoryAccessor accessor, long gpa, int value) {
    accessor.putInt(gpa, value);
    return true;
  }
}
