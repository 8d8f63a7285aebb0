package org.pagestamp.bench.image;

/** What to build. */
public sealed interface WalkedSpec permits ImageSpec, NestedSpec {
  /** The image in words. */
  String title();

  /** Whether an image takes seconds to build and memory in the gigabytes. */
  boolean isBig();

  /** The image, ready to be walked. */
  WalkedImage build();
}
