package org.pagestamp.conformance.group;

import org.pagestamp.conformance.ForwardingAccessor;
import org.pagestamp.slot.MemoryAccessor;

/** Memory whose compare-and-set writes whatever it finds. */
final class CarelessAccessor extends ForwardingAccessor {
  CarelessAccessor(MemoryAccessor memory) {
    super(memory);
  }

  @Override
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    return super.compareAndSetInt(gpa, expected, value)
        || super.compareAndSetInt(gpa, getInt(gpa), value);
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    return super.compareAndSetLong(gpa, expected, value)
        || super.compareAndSetLong(gpa, getLong(gpa), value);
  }
}
