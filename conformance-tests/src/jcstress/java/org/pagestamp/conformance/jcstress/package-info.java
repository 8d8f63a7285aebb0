/**
 * jcstress tests: virtual CPUs walk and set accessed and dirty bits while a guest rewrites entries;
 * they translate, load and store while the host changes slots and reads dirty logs.
 */
package org.pagestamp.conformance.jcstress;
