package org.pagestamp.conformance;

/** Delete with the first real class of this package: an exported package may not be empty. */
public final class Placeholder {
  private Placeholder() {}
}
