package org.pagestamp.example.tiny86;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.Function;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.WalkerSource;

/** Boots the guest. */
public final class Tiny86 {
  private static final String ROM = "boot.rom";

  private Tiny86() {}

  /**
   * Runs the guest to its end.
   *
   * @param engine makes the walks
   * @param tlb whether each CPU has a TLB; without one each access walks
   */
  public static Outcome run(Engine engine, boolean tlb) {
    return run(engine.walkers(), tlb ? CachingTlb::new : Tlb::none);
  }

  /** With walkers and TLBs of one's own. */
  static Outcome run(WalkerSource walkers, Function<Mmu, Tlb> tlbs) {
    return new Board(rom(), walkers, tlbs).run();
  }

  static byte[] rom() {
    try (InputStream in = Tiny86.class.getResourceAsStream(ROM)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
