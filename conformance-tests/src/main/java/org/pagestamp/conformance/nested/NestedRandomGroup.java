package org.pagestamp.conformance.nested;

import java.util.SplittableRandom;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.stage2.Stage2Role;

/**
 * Random walks in two dimensions, of every guest over every format of stage 2, against the model:
 * with tables of both dimensions that share pages, read-only slots, holes and garbage.
 */
final class NestedRandomGroup implements CaseGroup {
  private static final int WALKS_OF_A_GUEST = 4_000;
  private static final int WALKS_OF_A_COMPARISON = 100;
  private static final int FAILURES_OF_A_GUEST = 8;

  @Override
  public String name() {
    return "nested-random";
  }

  @Override
  public String purpose() {
    return "random guests over random stage 2, overlapping and hostile tables included";
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
        int walks = (int) Math.min(left, WALKS_OF_A_GUEST);
        if (!trial.shard().has(part++)) {
          continue;
        }
        if (trial.subject().stage2().isEmpty()) {
          one.skipped(walks);
        } else {
          live(new RandomScene(mode, format, seed), walks, one);
        }
      }
    }
  }

  private static void live(RandomScene scene, int walks, Trial trial) {
    try (JudgedMachine machine = new JudgedMachine(trial, scene.slots())) {
      scene.write(machine);
      JudgedGuest guest = machine.guest(scene.role());
      boolean loaded = false;
      for (int i = 1; i <= walks && machine.failures() < FAILURES_OF_A_GUEST; i++) {
        if (!loaded || scene.happens(64)) {
          guest.root(scene.root());
          guest.keys(scene.keys(), scene.keys());
          loaded |= guest.loadCr3(scene.cr3());
        }
        if (i == 1 || scene.logChanges()) {
          guest.log(scene.log(), scene.logIndex());
        }
        if (scene.happens(4)) {
          scene.change();
        }
        if (scene.happens(32)) {
          guest.access(scene.gva(), scene.access());
        } else {
          guest.walk(scene.gva(), scene.access(), i % WALKS_OF_A_COMPARISON == 0);
        }
      }
    }
  }
}
