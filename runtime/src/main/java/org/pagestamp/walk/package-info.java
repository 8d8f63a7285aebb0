/**
 * What a walk is asked and what it answers: the abstract {@link org.pagestamp.walk.Walker}, the
 * access, the vCPU's state, the packed result, and the trace that explains a walk.
 */
package org.pagestamp.walk;
