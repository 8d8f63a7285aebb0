/** Runs scenarios, each several times in JVMs of its own, and puts their readings together. */
package org.pagestamp.bench.run;
