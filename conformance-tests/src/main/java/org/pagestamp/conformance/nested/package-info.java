/**
 * Cases with a second stage: EPT and NPT alone, and guests over them. What must come of each walk
 * is said by {@link org.pagestamp.conformance.nested.ExpectedNestedWalk}, which reads {@link
 * org.pagestamp.conformance.rules} and no table of the walkers.
 */
package org.pagestamp.conformance.nested;
