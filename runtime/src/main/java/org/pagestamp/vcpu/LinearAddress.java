package org.pagestamp.vcpu;

import org.pagestamp.choice.ImplicitSmap;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/**
 * What happens to a linear address before any table is read: LAM masks its tag, LASS checks its
 * half. Both exist in long mode only. The canonical check between the two is the walker's own.
 *
 * <p>Compatibility-mode code has linear addresses of 32 bits: LAM leaves them as they are.
 *
 * <p>Sources: Intel SDM vol. 3, sections 4.5 and 4.14 in recent editions (LAM, LASS); KVM's {@code
 * vmx_get_untagged_addr} and {@code vmx_is_lass_violation}.
 */
final class LinearAddress {
  private static final int TAG_BITS_U57 = 64 - 57;
  private static final int TAG_BITS_U48 = 64 - 48;
  private static final int NO_TAG = 0;

  private final int userTagBits;
  private final int supervisorTagBits;
  private final boolean lass;
  private final boolean smap;
  private final boolean acFreesImplicit;

  LinearAddress(Role role, long cr3, long cr4) {
    boolean longMode = role.mode().isLongMode();
    userTagBits =
        !longMode
            ? NO_TAG
            : (cr3 & ControlBits.CR3_LAM_U57) != 0
                ? TAG_BITS_U57
                : (cr3 & ControlBits.CR3_LAM_U48) != 0 ? TAG_BITS_U48 : NO_TAG;
    supervisorTagBits =
        !longMode || (cr4 & ControlBits.CR4_LAM_SUP) == 0
            ? NO_TAG
            : role.mode() == PagingMode.FIVE_LEVEL ? TAG_BITS_U57 : TAG_BITS_U48;
    lass = longMode && (cr4 & ControlBits.CR4_LASS) != 0;
    smap = role.smap();
    acFreesImplicit = role.choices().smap() == ImplicitSmap.AC;
  }

  /** Whether addresses are used as they are. */
  boolean isPlain() {
    return userTagBits == NO_TAG && supervisorTagBits == NO_TAG && !lass;
  }

  /**
   * The address without its tag. Bit 63, not the privilege, decides which kind of pointer it is,
   * and stays; fetches and the processor's own accesses have no tags.
   */
  long untagged(long gva, int access) {
    if ((access & (Access.FETCH | Access.IMPLICIT)) != 0) {
      return gva;
    }
    int tagBits = gva >= 0 ? userTagBits : supervisorTagBits;
    long extended = (gva << tagBits) >> tagBits;
    return tagBits == NO_TAG ? gva : (extended & Long.MAX_VALUE) | (gva & Long.MIN_VALUE);
  }

  /** Whether LASS forbids the access. */
  boolean violatesLass(long gva, int access) {
    if (!lass) {
      return false;
    }
    boolean supervisorHalf = gva < 0;
    if ((access & Access.USER) != 0) {
      return supervisorHalf;
    }
    if (supervisorHalf) {
      return false;
    }
    boolean mayOverride = (access & Access.IMPLICIT) == 0 || acFreesImplicit;
    boolean overridden = (access & Access.AC) != 0 && mayOverride;
    return (access & Access.FETCH) != 0 || (smap && !overridden);
  }
}
