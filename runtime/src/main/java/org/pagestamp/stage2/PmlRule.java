package org.pagestamp.stage2;

/** When a walk through EPT needs an entry of the {@link PageModificationLog}. */
public enum PmlRule {
  /** There is no log. */
  NONE,
  /** When it is about to set a dirty bit; the accessed bits of the levels above are set by then. */
  FOR_DIRTY,
  /** When it is about to set any bit: a full log is found before the first is. */
  FOR_ANY_BIT,
  /** Always: no walk passes a full log. */
  ALWAYS;

  /** Whether a full log is found before any bit is set, though the walk may log nothing. */
  public boolean comesFirst() {
    return this == FOR_ANY_BIT || this == ALWAYS;
  }
}
