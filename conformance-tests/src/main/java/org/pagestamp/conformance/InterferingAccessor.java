package org.pagestamp.conformance;

import java.util.function.LongConsumer;
import org.pagestamp.slot.MemoryAccessor;

/** Memory in which something happens just before each compare-and-set. */
public final class InterferingAccessor extends ForwardingAccessor {
  private final LongConsumer beforeUpdate;

  /**
   * An accessor.
   *
   * @param beforeUpdate gets the gpa of the entry
   */
  public InterferingAccessor(MemoryAccessor memory, LongConsumer beforeUpdate) {
    super(memory);
    this.beforeUpdate = beforeUpdate;
  }

  @Override
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    beforeUpdate.accept(gpa);
    return super.compareAndSetInt(gpa, expected, value);
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    beforeUpdate.accept(gpa);
    return super.compareAndSetLong(gpa, expected, value);
  }
}
