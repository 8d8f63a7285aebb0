/**
 * Stage 2 of nested paging: EPT and NPT, which translate the guest-physical addresses of a nested
 * guest (L2 gpa) to those of the guest that runs it (L1 gpa), where the memory slots are.
 *
 * <p>Formats are data, as in {@link org.pagestamp.mode}: a role names the format and its options,
 * {@link org.pagestamp.stage2.Stage2Format} is what they make of every level. Engines read it and
 * share nothing else.
 */
package org.pagestamp.stage2;
