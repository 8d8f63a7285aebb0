/**
 * jcstress tests: virtual CPUs walk and set accessed and dirty bits while a guest rewrites entries.
 */
package org.pagestamp.conformance.stress;
