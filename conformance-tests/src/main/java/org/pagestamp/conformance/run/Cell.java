package org.pagestamp.conformance.run;

/**
 * One field of the matrix: what one engine made of one group in one mode.
 *
 * @param mode the mode's label
 * @param group the group's name
 * @param engine the engine's name
 * @param passed cases answered rightly
 * @param failed cases answered wrongly
 * @param skipped cases of roles that the engine does not know
 * @param nanos time taken
 * @param cutShort whether there were so many failures that cases were left out
 */
public record Cell(
    String mode,
    String group,
    String engine,
    long passed,
    long failed,
    long skipped,
    long nanos,
    boolean cutShort) {}
