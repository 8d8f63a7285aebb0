package org.pagestamp.slot;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The kinds of memory that a slot can have. */
enum Shape {
  BYTES(false),
  INTS(false),
  LONGS(true),
  NATIVE(true),
  ASKEW(false),
  TWO_METHODS(false),
  PLAIN_ACCESSOR(false),
  ATOMIC_ACCESSOR(true);

  /** Whether 8 bytes can be exchanged atomically. */
  final boolean atomic;

  Shape(boolean atomic) {
    this.atomic = atomic;
  }

  /**
   * New memory, all zero, for a slot of this size. Accessors are addressed from gpa 0 on, so their
   * memory is large enough for a slot that ends at {@code end}.
   */
  Backing backing(int end, int size) {
    return switch (this) {
      case BYTES -> Backing.of(new byte[size]);
      case INTS -> Backing.of(new int[size / 4]);
      case LONGS -> Backing.of(new long[size / 8]);
      case NATIVE -> Backing.of(Arena.ofAuto().allocate(size, 8));
      case ASKEW -> Backing.of(MemorySegment.ofArray(new long[size / 8 + 1]), 2);
      case TWO_METHODS -> Backing.of(new ByteAccessor(new byte[end]));
      case PLAIN_ACCESSOR -> Backing.of(new PlainAccessor(new byte[end]));
      case ATOMIC_ACCESSOR -> Backing.of(new AtomicAccessor(new long[end / 8]));
    };
  }

  UpdateMode mode() {
    return atomic ? UpdateMode.ATOMIC : UpdateMode.SINGLE_VCPU;
  }
}
