/**
 * What is measured: a table of named scenarios, each with the ratios or values that it reads and
 * the bars that they are held against; and how a scenario is measured inside one JVM.
 */
package org.pagestamp.bench.scenario;
