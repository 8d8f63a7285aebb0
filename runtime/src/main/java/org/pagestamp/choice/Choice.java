package org.pagestamp.choice;

/** One answer to one question on which walkers differ; the question is its type. */
public sealed interface Choice
    permits EntryStore,
        FetchReport,
        HoleContent,
        ImplicitSmap,
        KeyCheck,
        OneGigCheck,
        PdpteSource,
        Pse36,
        ReadOnlyTables,
        ReservedReport,
        UpdateTiming {
  /** The choice as the command line and {@link Choices#toString} have it, in lower case. */
  String label();
}
