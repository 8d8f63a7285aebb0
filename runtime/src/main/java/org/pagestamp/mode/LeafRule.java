package org.pagestamp.mode;

/**
 * When an entry of a level maps a page instead of pointing to a table.
 *
 * <p>The question is asked after the reserved bits were checked: a set bit 7 where the level knows
 * no page is a reserved-bit fault, never a page.
 */
public enum LeafRule {
  /** The level only points to tables: levels 5 and 4, and the PDPTE of PAE paging. */
  NEVER,
  /** Every present entry maps a page: level 1. */
  ALWAYS,
  /** Bit 7 decides: level 2 of PAE, 4-level and 5-level paging. */
  PS,
  /** Bit 7 decides if CR4.PSE is set, and is ignored otherwise: level 2 of 2-level paging. */
  PS_IF_PSE,
  /** Bit 7 decides if the CPU has 1-GiB pages, and is reserved otherwise: level 3 in long mode. */
  PS_IF_ONE_GIG
}
