package org.pagestamp.bench.scenario;

/**
 * What a reading is to reach.
 *
 * @param label the reading's {@link Reading#label()}
 * @param substitute the reading that takes its place where the machine cannot make it; empty if
 *     none
 * @param limit the median is to be at most this
 */
public record Bar(String label, String substitute, double limit) {}
