package org.pagestamp.example.tiny86;

/**
 * Ends an instruction that the host has to act on: the guest gets no exception, and CR2 stays. The
 * instruction starts anew once the host has acted. Has no stack trace, as {@link GuestFault}.
 */
final class HostExit extends RuntimeException {
  private static final long serialVersionUID = 1L;

  HostExit() {
    super(null, null, false, false);
  }
}
