package org.pagestamp.walk;

/**
 * What became of a load of CR3. All but {@link #LOADED} and {@link #STAGE2_FAULT} are #GP(0) for a
 * guest's MOV to CR3.
 */
public enum Cr3Load {
  /** CR3, and in PAE mode the PDPTEs, have the new values. */
  LOADED,
  /** A bit at or above MAXPHYADDR is set; nothing changed. */
  CR3_RESERVED_BIT,
  /** A present PDPTE has a reserved bit set; nothing changed. */
  PDPTE_RESERVED_BIT,
  /** The PDPTEs lie in no slot; nothing changed. */
  PDPTES_IN_NO_SLOT,
  /** Of a nested guest: stage 2 does not translate where the PDPTEs are; nothing changed. */
  STAGE2_FAULT
}
