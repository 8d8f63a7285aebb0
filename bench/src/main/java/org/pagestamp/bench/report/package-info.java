/** A run's results as text, Markdown, JSON and plots. */
package org.pagestamp.bench.report;
