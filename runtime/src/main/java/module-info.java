/**
 * Paging modes, memory slots, the walker types and the interpreted walker.
 *
 * <p>Depends on {@code java.base} only.
 */
module org.pagestamp.runtime {
  exports org.pagestamp.access;
  exports org.pagestamp.choice;
  exports org.pagestamp.debug;
  exports org.pagestamp.interpreter;
  exports org.pagestamp.mode;
  exports org.pagestamp.nested;
  exports org.pagestamp.profile;
  exports org.pagestamp.slot;
  exports org.pagestamp.stage2;
  exports org.pagestamp.tlb;
  exports org.pagestamp.vcpu;
  exports org.pagestamp.walk;
}
