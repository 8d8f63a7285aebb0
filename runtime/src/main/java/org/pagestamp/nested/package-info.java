/**
 * Walks in two dimensions: the tables of a nested guest, each of whose addresses goes through
 * {@link org.pagestamp.stage2 stage 2}.
 */
package org.pagestamp.nested;
