package org.pagestamp.conformance.nested;

import java.util.SplittableRandom;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.stage2.Stage2Role;

/**
 * Batches of random walks in two dimensions, of every guest over every format of stage 2, against
 * the model's single walks: with most accessed and dirty bits set, so that many walks may be made
 * together, and some not, so that one walk of a batch changes what others read.
 */
final class NestedBatchGroup implements CaseGroup {
  private static final int WALKS_OF_A_GUEST = 250;
  private static final int BATCHES = 20;
  private static final int LOADS = 20;

  @Override
  public String name() {
    return "nested-batch";
  }

  @Override
  public String purpose() {
    return "batches of walks in two dimensions, in which some find bits to set";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return true;
  }

  @Override
  public boolean isRandom() {
    return true;
  }

  @Override
  public boolean isDivisible() {
    return true;
  }

  /** Each pair of a guest's mode and a format gets the walks of a mode. */
  @Override
  public void run(PagingMode mode, Trial trial) {
    long part = 0;
    for (Stage2Role format : Stage2Roles.formats()) {
      String label = Stage2Labels.of(mode, format);
      SplittableRandom seeds = new SplittableRandom(trial.seed() * 31 + label.hashCode());
      Trial one = trial.ofMode(label);
      for (long left = trial.walks(); left > 0 && !one.stopped(); left -= WALKS_OF_A_GUEST) {
        long seed = seeds.nextLong();
        if (!trial.shard().has(part++)) {
          continue;
        }
        if (trial.subject().stage2().isEmpty()) {
          one.skipped(BATCHES);
        } else {
          live(new RandomScene(mode, format, seed), one);
        }
      }
    }
  }

  private static void live(RandomScene scene, Trial trial) {
    try (JudgedMachine machine = new JudgedMachine(trial, scene.slots())) {
      scene.write(machine);
      JudgedGuest guest = machine.guest(scene.role());
      boolean loaded = false;
      for (int i = 0; i < LOADS && !loaded; i++) {
        guest.root(scene.root());
        loaded = guest.loadCr3(scene.cr3());
      }
      for (int i = 0; i < BATCHES && loaded && machine.failures() == 0; i++) {
        guest.keys(scene.keys(), scene.keys());
        guest.log(scene.log(), scene.logIndex());
        scene.mark();
        if (scene.happens(2)) {
          scene.change();
        }
        guest.walkAll(scene.batch(), scene.access());
      }
    }
  }
}
