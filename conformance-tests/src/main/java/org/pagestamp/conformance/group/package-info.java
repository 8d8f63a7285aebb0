/**
 * The case groups: each makes its cases from rules that it states, or from data that somebody else
 * made, and does not ask a walker on trial what is right. The one exception, random walks, takes
 * the interpreted walker as the reference for all others.
 */
package org.pagestamp.conformance.group;
