package org.pagestamp.stage2;

/**
 * The immutable part of a stage-2 configuration: the format and its options. A walker is made for
 * one role; what may differ from walk to walk, the root, is in a {@link Stage2State}.
 *
 * <p>Immutable; two roles are equal if their parts are.
 */
public sealed interface Stage2Role permits EptRole, NptRole {
  /** What the role makes of the format: everything that a walk must know. */
  Stage2Format format();
}
