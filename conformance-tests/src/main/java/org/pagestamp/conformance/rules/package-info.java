/**
 * Paging and nested paging as the manuals' tables state them, for the case groups to judge by:
 * written from those tables alone, sharing nothing with the walkers on trial or with their tables.
 */
package org.pagestamp.conformance.rules;
