package org.pagestamp.bench.scenario;

/** What scenarios differ in, one thing at a time. */
public enum Group {
  /** The paging mode and the size of pages. */
  MODES("Modes and page sizes"),
  /** The number of slots and where the tables are among them. */
  SLOTS("Memory slots"),
  /** What slots are backed by. */
  MEMORY("Kinds of memory"),
  /** How many tables are walked. */
  WORKING_SETS("Working sets"),
  /** What is to be stored. */
  ACCESSED_DIRTY("Accessed and dirty bits"),
  /** How many walkers are in use at one call site. */
  CALL_SHAPES("Walkers in use at once"),
  /** A TLB in front of a walker. */
  TLB("The TLB"),
  /** Nested guests. */
  NESTED("Two dimensions"),
  /** Making classes. */
  STAMPING("Stamping");

  private final String title;

  Group(String title) {
    this.title = title;
  }

  /** The group in words. */
  public String title() {
    return title;
  }
}
