/** What walks an image: the walkers, each in a loop of its own, and the chases. */
package org.pagestamp.bench.engine;
