package org.pagestamp.cli;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Mappings;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/**
 * Makes real accesses to every page of a guest whose page tables lie in ROM, and looks whether the
 * ROM stayed as it was.
 *
 * @param walks accesses made
 * @param faults accesses that faulted
 * @param before digest of all ROM before
 * @param after digest of all ROM afterwards
 * @param clear leaves with A or D clear, afterwards
 */
record RomProof(long walks, long faults, String before, String after, long clear) {
  private static final int DIGEST_BYTES = 8;

  /** Whether the root table of {@code guest} lies in ROM. */
  static boolean appliesTo(Guest guest) {
    long root = guest.vcpu().cr3() & guest.role().mode().rootMask();
    MemSlot slot = guest.layout().find(root >>> MemSlot.PAGE_SHIFT);
    return slot != null && slot.isReadOnly();
  }

  boolean holds() {
    return before.equals(after) && faults == 0;
  }

  /** Reads, writes and fetches with each walker at every page. */
  static RomProof of(Guest guest, Collection<Walker> walkers) throws GuestFormatException {
    List<Long> gvas = new ArrayList<>();
    int _ =
        Mappings.forEach(
            guest,
            page -> {
              gvas.add(page.gva());
              return true;
            });
    String before = digest(guest);
    long walks = 0;
    long faults = 0;
    for (Walker walker : walkers) {
      for (int access : new int[] {Access.READ, Access.WRITE, Access.FETCH}) {
        for (long gva : gvas) {
          walks++;
          faults += WalkResult.isFault(walker.walk(guest.vcpu(), gva, access)) ? 1 : 0;
        }
      }
    }
    return new RomProof(walks, faults, before, digest(guest), clearLeaves(guest));
  }

  private static long clearLeaves(Guest guest) throws GuestFormatException {
    long[] clear = {0};
    long both = EntryBits.A | EntryBits.D;
    int _ =
        Mappings.forEach(
            guest,
            page -> {
              clear[0] += (page.leaf() & both) != both ? 1 : 0;
              return true;
            });
    return clear[0];
  }

  /** The first bytes of the SHA-256 of all read-only slots. */
  private static String digest(Guest guest) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
    GuestMemory memory = new GuestMemory(guest.layout());
    byte[] page = new byte[(int) MemSlot.PAGE_SIZE];
    for (MemSlot slot : guest.layout().slots()) {
      for (long i = 0; slot.isReadOnly() && i < slot.pages(); i++) {
        int _ = memory.read(slot.baseGpa() + i * MemSlot.PAGE_SIZE, page, 0, page.length);
        digest.update(ByteBuffer.wrap(page));
      }
    }
    return HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
  }
}
