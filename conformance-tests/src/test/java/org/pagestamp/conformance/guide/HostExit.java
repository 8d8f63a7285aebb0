package org.pagestamp.conformance.guide;

/** How an emulator leaves an instruction that the host has to act on. */
@SuppressWarnings("serial")
final class HostExit extends RuntimeException {}
