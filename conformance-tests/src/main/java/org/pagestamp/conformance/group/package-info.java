/**
 * The case groups: each makes its cases from rules that it states, or from data that somebody else
 * made, and never asks a walker on trial what is right.
 */
package org.pagestamp.conformance.group;
