/**
 * The TLB on trial: random guests that obey the rules for invalidating translations, each with two
 * TLBs and without one.
 */
package org.pagestamp.conformance.tlb;
