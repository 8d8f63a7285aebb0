/**
 * Runs case groups on subjects: counts, keeps failures, makes them small, and reports.
 *
 * <p>{@link org.pagestamp.conformance.run.ConformanceRun} runs; {@link
 * org.pagestamp.conformance.run.RunReport} is what it had, at the end or when interrupted; {@link
 * org.pagestamp.conformance.run.TextReport} and {@link org.pagestamp.conformance.run.HtmlReport}
 * are for people.
 */
package org.pagestamp.conformance.run;
