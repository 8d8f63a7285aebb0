/**
 * A machine whose virtual CPUs, slots and dirty log are all busy at once, and which checks that no
 * answer is torn, no dirty page lost and no exception thrown.
 */
package org.pagestamp.conformance.smp;
