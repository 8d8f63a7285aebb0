/**
 * What processors, KVM and emulators do differently in a walk, as values that a {@link
 * org.pagestamp.mode.Role} is made with: {@link org.pagestamp.choice.Choices}.
 */
package org.pagestamp.choice;
