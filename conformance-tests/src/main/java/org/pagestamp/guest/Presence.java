package org.pagestamp.guest;

/** Whether a page of guest-physical memory is at hand. */
public enum Presence {
  /** Its contents are in the files. */
  HELD,
  /** The guest has memory there, or may have, but the files do not hold the page. */
  NOT_IN_DUMP,
  /** The guest has no memory there: a device or a hole. */
  NO_MEMORY
}
