/** Whose walk to make: {@link org.pagestamp.profile.Profile}. */
package org.pagestamp.profile;
