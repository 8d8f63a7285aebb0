package org.pagestamp.conformance.group;

import static org.pagestamp.conformance.rules.PagingRules.A;
import static org.pagestamp.conformance.rules.PagingRules.D;
import static org.pagestamp.conformance.rules.PagingRules.NX;
import static org.pagestamp.conformance.rules.PagingRules.P;
import static org.pagestamp.conformance.rules.PagingRules.PS;
import static org.pagestamp.conformance.rules.PagingRules.U;
import static org.pagestamp.conformance.rules.PagingRules.W;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/**
 * The access matrix: the bits of a leaf and of one directory entry above it in every combination,
 * under every set of controls, for every access. The idea is that of kvm-unit-tests' {@code
 * access.c}.
 *
 * <p>The bits are P, W, U, A, D, NX, PS of the directory, and bits 36 and 51, reserved or part of
 * the address by MAXPHYADDR 36, 46 and 52; in 2-level paging, which has neither, bits 17 (reserved
 * in a 4-MiB page) and 13 (part of its address) of the directory. The directory is each level above
 * the leaf in turn. Keys are denied access, writes, both or nothing, while every other key and the
 * other register have the opposite.
 *
 * <p>What cannot matter is not multiplied out: below a directory entry that ends the walk there are
 * four leaves, and above a leaf that ends it only directory entries that allow everything; of bits
 * 36 and 51 one is set at most, in one of the entries; and the rights of keys vary where none is.
 */
final class AccessGroup implements CaseGroup {
  /**
   * A walk of the matrix costs less than a random one, which makes tables first; and the rights do
   * not depend on what memory is made of, so that other kinds than native get fewer, with
   * MAXPHYADDR 46 only.
   */
  private static final long WALKS_PER_RANDOM_WALK = 200;

  private static final long WALKS_IN_OTHER_MEMORY = 20;

  /** More random walks than this ask for the full matrix in any memory. */
  private static final long FULL = 1L << 32;

  private static final long BIT_36 = 1L << 36;
  private static final long BIT_51 = 1L << 51;
  private static final long[] ALIASES = {0, BIT_36, BIT_51};
  private static final long LARGE_PAGE = 0x4000_0000L;
  private static final int[] ACCESSES = Roles.accesses();

  @Override
  public String name() {
    return "access";
  }

  @Override
  public String purpose() {
    return "every combination of leaf and directory bits, controls and accesses";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return mode != PagingMode.NO_PAGING;
  }

  @Override
  public boolean isDivisible() {
    return true;
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    boolean isNative = trial.subject().memoryKind() == MemoryKind.NATIVE;
    Map<Role, Long> counts = new LinkedHashMap<>();
    for (Role role : roles(mode, isNative)) {
      Counter ofRole = new Counter();
      visit(role, ofRole);
      counts.put(role, ofRole.count);
    }
    long all = counts.values().stream().mapToLong(Long::longValue).sum();
    long share = isNative ? WALKS_PER_RANDOM_WALK : WALKS_IN_OTHER_MEMORY;
    long most = Math.max(ACCESSES.length, Math.min(trial.walks(), FULL) * share) / ACCESSES.length;
    // Odd, so that it meets all combinations of bits alike.
    long stride = all <= most ? 1 : all / most | 1;
    long next = 0;
    long before = 0;
    for (Map.Entry<Role, Long> each : counts.entrySet()) {
      Role role = each.getKey();
      long ofRole = each.getValue();
      if (trial.stopped()) {
        return;
      }
      // Roles differ much in their number of combinations; shards get like numbers of those.
      boolean isOurs = trial.shard().has(before * trial.shard().of() / all);
      if (isOurs && trial.subject().knows(role)) {
        try (JudgedMachine machine = new JudgedMachine(this, trial, role, slots(mode))) {
          visit(role, new Walks(machine, trial, next, stride));
        }
      } else if (isOurs) {
        trial.skipped(ofRole / stride * ACCESSES.length);
      }
      next = Math.floorMod(next - ofRole, stride);
      before += ofRole;
    }
  }

  /** 1-GiB pages and AMD's reserved bits come with one of the widths each. */
  private static List<Role> roles(PagingMode mode, boolean allWidths) {
    List<Role> roles = new ArrayList<>(Roles.all(mode, new CpuFeatures(46, true, false)));
    if (allWidths && PagingRules.entryBytes(mode) == 8) {
      roles.addAll(Roles.all(mode, new CpuFeatures(36, false, true)));
      roles.addAll(Roles.all(mode, new CpuFeatures(52, true, false)));
    }
    return roles;
  }

  /** The tables, and the same at their addresses with bit 36 or 51 set. */
  private static List<VectorSlot> slots(PagingMode mode) {
    List<VectorSlot> slots = new ArrayList<>();
    for (long alias : ALIASES) {
      slots.add(chain(mode, alias).slot());
      if (PagingRules.entryBytes(mode) == 4) {
        break;
      }
    }
    return slots;
  }

  private static TableChain chain(PagingMode mode, long alias) {
    TableChain chain = TableChain.of(mode);
    return chain.at(chain.base() | alias);
  }

  /** Something to be done with each combination of bits and keys. */
  private interface Visitor {
    /**
     * A combination.
     *
     * @param upper the level of the directory entry
     * @param keyRights 0 to 3: bit 0 denies access with the leaf's key, bit 1 writes
     * @return whether to go on
     */
    boolean visit(int upper, long directory, long leaf, int keyRights);
  }

  private static void visit(Role role, Visitor visitor) {
    PagingRules rules = new PagingRules(role);
    long[] directories =
        role.mode() == PagingMode.TWO_LEVEL
            ? combinations(P, W, U, A, D, PS, 1L << 17, 1L << 13)
            : combinations(P, W, U, A, D, PS, NX, BIT_36, BIT_51);
    long[] leaves =
        role.mode() == PagingMode.TWO_LEVEL
            ? combinations(P, W, U, A, D)
            : combinations(P, W, U, A, D, NX, BIT_36, BIT_51);
    boolean[] leafEnds = new boolean[leaves.length];
    for (int i = 0; i < leaves.length; i++) {
      leafEnds[i] = ends(rules, 1, leaves[i]);
    }
    for (int upper = 2; upper <= PagingRules.levelsInMemory(role.mode()); upper++) {
      for (int i = 0; i < directories.length; i++) {
        if (!visit(rules, upper, directories[i], leaves, leafEnds, i, visitor)) {
          return;
        }
      }
    }
  }

  private static boolean visit(
      PagingRules rules,
      int upper,
      long directory,
      long[] leaves,
      boolean[] leafEnds,
      int number,
      Visitor visitor) {
    boolean ends = ends(rules, upper, directory);
    boolean isPage = !ends && rules.isLeaf(upper, directory);
    // Four leaves are enough where there is no table below, but not always the same.
    int step = ends || isPage ? leaves.length / 4 : 1;
    for (int i = number % step; i < leaves.length; i += step) {
      boolean matters =
          ends
              || isPage
              || (leafEnds[i]
                  ? directory == TableChain.ALL_RIGHTS
                  : !(hasHighBit(directory) && hasHighBit(leaves[i])));
      if (matters) {
        boolean keysMatter =
            (rules.pke || rules.pks)
                && !ends
                && (isPage || !leafEnds[i])
                && !hasHighBit(directory | leaves[i]);
        for (int keyRights = 0; keyRights < (keysMatter ? 4 : 1); keyRights++) {
          if (!visitor.visit(upper, directory, leaves[i], keyRights)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private static boolean hasHighBit(long entry) {
    return (entry & (BIT_36 | BIT_51)) != 0;
  }

  /** Whether an entry ends the walk with a fault. */
  private static boolean ends(PagingRules rules, int level, long entry) {
    return (entry & P) == 0 || (entry & rules.reserved(level, entry)) != 0;
  }

  /** All sums of these bits but those with both 36 and 51. */
  private static long[] combinations(long... bits) {
    List<Long> sums = new ArrayList<>();
    for (int set = 0; set < 1 << bits.length; set++) {
      long sum = 0;
      for (int i = 0; i < bits.length; i++) {
        sum |= (set & 1 << i) != 0 ? bits[i] : 0;
      }
      if ((sum & BIT_36) == 0 || (sum & BIT_51) == 0) {
        sums.add(sum);
      }
    }
    return sums.stream().mapToLong(Long::longValue).toArray();
  }

  private static final class Counter implements Visitor {
    private long count;

    @Override
    public boolean visit(int upper, long directory, long leaf, int keyRights) {
      count++;
      return true;
    }
  }

  /** Makes all accesses of every {@code stride}th combination. */
  private static final class Walks implements Visitor {
    private final JudgedMachine machine;
    private final Trial trial;
    private final PagingMode mode;
    private final TableChain[] chains;
    private final long gva;
    private final long stride;
    private long skip;
    private int key;

    Walks(JudgedMachine machine, Trial trial, long skip, long stride) {
      this.machine = machine;
      this.trial = trial;
      this.skip = skip;
      this.stride = stride;
      mode = machine.expected().rules().mode;
      chains = new TableChain[PagingRules.entryBytes(mode) == 4 ? 1 : ALIASES.length];
      for (int i = 0; i < chains.length; i++) {
        chains[i] = chain(mode, ALIASES[i]);
        chains[i].write(machine, TableChain.ALL_RIGHTS);
        machine.store(chains[i].entryGpa(1), 0);
      }
      gva = chains[0].gva();
      boolean _ = machine.loadCr3(chains[0].table(chains[0].top()));
    }

    @Override
    public boolean visit(int upper, long directory, long leaf, int keyRights) {
      if (skip > 0) {
        skip--;
        return true;
      }
      skip = stride - 1;
      key = (key + 5) & 0xF;
      setKeys(keyRights);
      TableChain chain = chains[0];
      boolean isPage = machine.expected().rules().isLeaf(upper, directory);
      long frame = isPage ? LARGE_PAGE : chain.table(upper - 1);
      machine.store(chain.entryGpa(upper), frame | directory | keyBits(isPage ? key : ~key));
      // The leaf that the directory leads to: the other ones are not present.
      long alias = directory & (BIT_36 | BIT_51);
      TableChain led = chains[alias == 0 || chains.length == 1 ? 0 : alias == BIT_36 ? 1 : 2];
      machine.store(led.entryGpa(1), led.table(0) | leaf | keyBits(key));
      for (int access : ACCESSES) {
        machine.access(gva, access);
      }
      machine.store(led.entryGpa(1), 0);
      machine.store(chain.entryGpa(upper), chain.entry(upper, TableChain.ALL_RIGHTS));
      return !trial.stopped();
    }

    private long keyBits(int bits) {
      return PagingRules.isLong(mode) ? (bits & 0xFL) << PagingRules.KEY_SHIFT : 0;
    }

    private void setKeys(int keyRights) {
      int here = keyRights << (2 * key);
      int others = ~keyRights & 3;
      int pkru = here | others * (0x5555_5555 & ~(3 << (2 * key)));
      machine.keys(pkru, ~pkru);
    }
  }
}
