package org.pagestamp.choice;

import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One answer to each question on which walkers differ, for walks in one dimension and for the
 * guest's own tables in two. What two dimensions are asked beside is in a {@code NestedRole}.
 *
 * <p>Immutable; safe for use by several threads.
 *
 * @param pse36 how wide addresses of 4-MiB pages are
 * @param pdptes where PDPTEs of PAE paging are
 * @param oneGig whether 1-GiB pages need the processor to have them
 * @param reserved what a fault for a reserved bit tells
 * @param fetch what makes faults of fetches tell so
 * @param timing when accessed and dirty bits are set
 * @param readOnly what becomes of them in read-only slots
 * @param store how they are stored
 * @param key how protection keys and rights go together
 * @param holes what is read where no slot is
 * @param smap whether EFLAGS.AC frees implicit accesses
 */
public record Choices(
    Pse36 pse36,
    PdpteSource pdptes,
    OneGigCheck oneGig,
    ReservedReport reserved,
    FetchReport fetch,
    UpdateTiming timing,
    ReadOnlyTables readOnly,
    EntryStore store,
    KeyCheck key,
    HoleContent holes,
    ImplicitSmap smap) {
  /**
   * As KVM walks, but that {@link FetchReport} is the manual's: what a role has unless told
   * otherwise.
   */
  public static final Choices DEFAULT =
      new Choices(
          Pse36.BITS_36,
          PdpteSource.REGISTERS,
          OneGigCheck.BY_CPUID,
          ReservedReport.WITH_P,
          FetchReport.NEEDS_PAE,
          UpdateTiming.LATE,
          ReadOnlyTables.SKIP,
          EntryStore.COMPARE_ALL,
          KeyCheck.WITH_RIGHTS,
          HoleContent.NOTHING,
          ImplicitSmap.STRICT);

  /** Refuses null. */
  public Choices {
    Objects.requireNonNull(pse36, "pse36");
    Objects.requireNonNull(pdptes, "pdptes");
    Objects.requireNonNull(oneGig, "oneGig");
    Objects.requireNonNull(reserved, "reserved");
    Objects.requireNonNull(fetch, "fetch");
    Objects.requireNonNull(timing, "timing");
    Objects.requireNonNull(readOnly, "readOnly");
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(holes, "holes");
    Objects.requireNonNull(smap, "smap");
  }

  /** The default, but for these; of two that answer one question the last counts. */
  public static Choices of(Choice... choices) {
    Choices all = DEFAULT;
    for (Choice choice : choices) {
      all = all.with(choice);
    }
    return all;
  }

  /** These choices, but for one. */
  public Choices with(Choice choice) {
    return new Choices(
        choice instanceof Pse36 chosen ? chosen : pse36,
        choice instanceof PdpteSource chosen ? chosen : pdptes,
        choice instanceof OneGigCheck chosen ? chosen : oneGig,
        choice instanceof ReservedReport chosen ? chosen : reserved,
        choice instanceof FetchReport chosen ? chosen : fetch,
        choice instanceof UpdateTiming chosen ? chosen : timing,
        choice instanceof ReadOnlyTables chosen ? chosen : readOnly,
        choice instanceof EntryStore chosen ? chosen : store,
        choice instanceof KeyCheck chosen ? chosen : key,
        choice instanceof HoleContent chosen ? chosen : holes,
        choice instanceof ImplicitSmap chosen ? chosen : smap);
  }

  /** All of them. */
  public Stream<Choice> stream() {
    return Stream.of(
        pse36, pdptes, oneGig, reserved, fetch, timing, readOnly, store, key, holes, smap);
  }

  /** Those that differ from {@link #DEFAULT}, for example {@code holes-read-ones update-eager}. */
  @Override
  public String toString() {
    return stream()
        .filter(choice -> DEFAULT.stream().noneMatch(choice::equals))
        .map(Choice::label)
        .collect(Collectors.joining(" "));
  }
}
