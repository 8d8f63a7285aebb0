/**
 * The rows of differences between processors, KVM and emulators, each a small scenario that any
 * profile can be put through: {@link org.pagestamp.conformance.profile.ProfileRows}.
 */
package org.pagestamp.conformance.profile;
