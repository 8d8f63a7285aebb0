/**
 * The interpreted walker: the readable reference. A loop over the table of the paging mode, with
 * each group of rules in a file of its own.
 */
package org.pagestamp.interpreter;
