/**
 * The paging modes, each as one declarative table, and the role: what of the control registers and
 * of the CPU's features shapes a walk.
 *
 * <p>This package is data. It walks nothing and depends on no other package; the interpreted walker
 * and the generator both read it, and share nothing else.
 */
package org.pagestamp.mode;
