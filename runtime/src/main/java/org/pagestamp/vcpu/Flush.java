package org.pagestamp.vcpu;

/** What a TLB has to drop, if it tells translations apart by nothing but their G bit. */
public enum Flush {
  /** Nothing. */
  NONE,
  /** All translations of pages that are not global. */
  NON_GLOBAL,
  /** All translations. */
  ALL
}
