/**
 * Guests that were stopped and written to files: their registers, page tables and memory slots, an
 * independent enumeration of what they map, and QEMU's own listing to compare walkers with.
 *
 * <p>{@link org.pagestamp.guest.Guests#open} reads every kind of guest. Files are never trusted:
 * whatever is in them, the outcome is a guest or a {@link
 * org.pagestamp.guest.GuestFormatException}, in bounded time and memory.
 */
package org.pagestamp.guest;
