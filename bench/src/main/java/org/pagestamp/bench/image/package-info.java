/** Guest memory to walk: page tables of a mode in slots of a shape, and addresses. */
package org.pagestamp.bench.image;
