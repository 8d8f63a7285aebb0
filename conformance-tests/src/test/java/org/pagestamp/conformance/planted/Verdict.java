package org.pagestamp.conformance.planted;

import java.time.Duration;

/**
 * What became of a bug in one engine.
 *
 * @param bug the bug
 * @param engine the engine on trial
 * @param noticedBy the case group that noticed it; empty if none did
 * @param cases how many cases it took, that of the failure included
 * @param problem what the group said
 * @param time how long it took
 */
record Verdict(
    PlantedBug bug, String engine, String noticedBy, long cases, String problem, Duration time) {
  boolean survived() {
    return noticedBy.isEmpty();
  }
}
