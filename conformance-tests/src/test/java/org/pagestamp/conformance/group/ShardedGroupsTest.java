package org.pagestamp.conformance.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Shard;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/** All shards of a group that divides its cases make the cases of the whole, each once. */
class ShardedGroupsTest {
  private static final int SHARDS = 3;

  /** Guests enough for each shard. */
  private static final long RANDOM_WALKS = 24_000;

  /** A random walk stands for many of the matrix. */
  private static final long OTHER_WALKS = 300;

  static Stream<Arguments> groups() {
    return CaseGroups.all().stream()
        .filter(CaseGroup::isDivisible)
        .filter(group -> !group.name().equals("race")) // knows our own walkers only; see races()
        .flatMap(
            group ->
                Stream.of(PagingMode.TWO_LEVEL, PagingMode.PAE)
                    .map(mode -> Arguments.of(group.name(), mode, group)));
  }

  /** Notes a hash of each access and its answer. Does not know SMAP. */
  private record Witness(List<Integer> accesses) implements Subject {
    private static final Subject RIGHT = new WalkerSubject(Engine.interpreted(), MemoryKind.NATIVE);

    @Override
    public String name() {
      return "witness";
    }

    @Override
    public boolean knows(Role role) {
      return !role.smap();
    }

    @Override
    public Mmu connect(Machine machine) {
      Mmu right = RIGHT.connect(machine);
      return new Mmu() {
        private int registers;

        @Override
        public boolean loadCr3(long cr3) {
          registers = Objects.hash(machine.role(), cr3);
          return right.loadCr3(cr3);
        }

        @Override
        public void keys(int pkru, int pkrs) {
          right.keys(pkru, pkrs);
        }

        @Override
        public long access(long gva, int access) {
          long answer = right.access(gva, access);
          accesses.add(Objects.hash(registers, gva, access, answer));
          return answer;
        }
      };
    }
  }

  private static CountingTrial run(
      CaseGroup group, PagingMode mode, Shard shard, List<Integer> accesses) throws IOException {
    CountingTrial trial =
        new CountingTrial(
            new Witness(accesses),
            group.isRandom() ? RANDOM_WALKS : OTHER_WALKS,
            Integer.MAX_VALUE,
            shard);
    group.run(mode, trial);
    return trial;
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("groups")
  @DisplayName("the cases of all shards are those of the whole")
  void union(String name, PagingMode mode, CaseGroup group) throws IOException {
    List<Integer> ofWhole = new ArrayList<>();
    CountingTrial whole = run(group, mode, Shard.WHOLE, ofWhole);
    List<Integer> ofShards = new ArrayList<>();
    long passed = 0;
    long skipped = 0;
    for (int number = 1; number <= SHARDS; number++) {
      CountingTrial part = run(group, mode, new Shard(number, SHARDS), ofShards);
      assertTrue(part.passed() + part.skipped() > 0, name + " has nothing for shard " + number);
      passed += part.passed();
      skipped += part.skipped();
    }
    assertEquals(whole.passed(), passed);
    assertEquals(whole.skipped(), skipped);
    assertTrue(whole.passed() + whole.skipped() > 0, name + " tries too little");
    assertEquals(ofWhole.stream().sorted().toList(), ofShards.stream().sorted().toList());
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_LEVEL", "PAE"})
  @DisplayName("races of all shards are as many as those of the whole")
  void races(PagingMode mode) {
    Subject ours = new WalkerSubject(Engine.interpreted(), MemoryKind.NATIVE);
    RaceGroup group = new RaceGroup();
    CountingTrial whole = new CountingTrial(ours, OTHER_WALKS);
    group.run(mode, whole);
    long passed = 0;
    for (int number = 1; number <= SHARDS; number++) {
      Shard shard = new Shard(number, SHARDS);
      CountingTrial part = new CountingTrial(ours, OTHER_WALKS, Integer.MAX_VALUE, shard);
      group.run(mode, part);
      assertTrue(part.passed() > 0, () -> "nothing for shard " + shard);
      passed += part.passed();
    }
    assertEquals(whole.passed(), passed);
  }
}
