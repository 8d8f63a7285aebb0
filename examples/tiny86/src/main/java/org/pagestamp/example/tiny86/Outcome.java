package org.pagestamp.example.tiny86;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a run of the guest came to.
 *
 * @param end why it ended
 * @param console what the guest printed
 * @param faults the exceptions of all CPUs in their order
 * @param state a hash of registers, memory, dirty logs and console at the end
 * @param instructions how many were executed
 * @param modeSwitches how often a CPU went from one paging mode to another
 * @param walks how many page walks were made
 * @param tlbHits how many translations needed none
 */
public record Outcome(
    End end,
    String console,
    List<Fault> faults,
    String state,
    long instructions,
    int modeSwitches,
    long walks,
    long tlbHits) {
  private static final String LAST_LINE = "bye\n";

  /** Why a run ended. */
  public enum End {
    /** All CPUs halted. */
    HALTED,
    /** A fault could not be delivered. */
    SHUT_DOWN,
    /** A walk came to an exit to the host, and there is no host that would act. */
    EXITED,
    /** The guest did not come to an end. */
    TOO_LONG
  }

  /** Whether the guest got to its end and was content with what it saw. */
  public boolean isGood() {
    return end == End.HALTED && console.endsWith(LAST_LINE);
  }

  /** How many faults there were of each kind. */
  public Map<String, Long> faultsByCode() {
    return faults.stream()
        .collect(Collectors.groupingBy(Fault::code, TreeMap::new, Collectors.counting()));
  }

  /**
   * The first thing in which this run is not as another, in words. Walks and TLB hits may differ:
   * they are how, not what.
   */
  public Optional<String> differenceTo(Outcome other) {
    for (int i = 0; i < Math.min(faults.size(), other.faults.size()); i++) {
      if (!faults.get(i).equals(other.faults.get(i))) {
        return Optional.of(
            "fault " + i + ": " + faults.get(i) + " instead of " + other.faults.get(i));
      }
    }
    return difference("faults", other, outcome -> outcome.faults.size())
        .or(() -> difference("console", other, outcome -> outcome.console))
        .or(() -> difference("end", other, outcome -> outcome.end))
        .or(() -> difference("instructions", other, outcome -> outcome.instructions))
        .or(() -> difference("mode switches", other, outcome -> outcome.modeSwitches))
        .or(() -> difference("final state", other, outcome -> outcome.state));
  }

  private Optional<String> difference(String name, Outcome other, Function<Outcome, Object> part) {
    Object mine = part.apply(this);
    Object others = part.apply(other);
    return mine.equals(others)
        ? Optional.empty()
        : Optional.of(name + ": " + mine + " instead of " + others);
  }
}
