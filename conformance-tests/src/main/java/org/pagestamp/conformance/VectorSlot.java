package org.pagestamp.conformance;

/**
 * A memory slot of a vector.
 *
 * @param baseGpa first guest-physical address, a multiple of 4,096
 * @param byteSize a positive multiple of 4,096
 * @param readOnly KVM_MEM_READONLY
 */
public record VectorSlot(long baseGpa, long byteSize, boolean readOnly) {
  /** Whether {@code gpa} lies in the slot. */
  public boolean contains(long gpa) {
    return Long.compareUnsigned(gpa - baseGpa, byteSize) < 0;
  }
}
