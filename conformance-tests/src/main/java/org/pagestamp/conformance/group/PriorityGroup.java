package org.pagestamp.conformance.group;

import static org.pagestamp.conformance.rules.PagingRules.NX;
import static org.pagestamp.conformance.rules.PagingRules.P;
import static org.pagestamp.conformance.rules.PagingRules.PS;
import static org.pagestamp.conformance.rules.PagingRules.U;
import static org.pagestamp.conformance.rules.PagingRules.W;

import java.util.List;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/**
 * Two causes of a fault at once, every pair at every pair of levels: which one must win.
 *
 * <p>Going down from the root, the first level wins that is in no slot, not present or has reserved
 * bits set, looked at in this order; only if there is none the rights of all levels count, together
 * with the key (Intel SDM vol. 3, section 4.7).
 */
final class PriorityGroup implements CaseGroup {
  /** The key that the registers deny. */
  private static final long DENIED_KEY = 6L << PagingRules.KEY_SHIFT;

  private static final int PKRU = 3 << (2 * 6);
  private static final long HOLE = 0x7000_0000L;
  private static final CpuFeatures CPU = new CpuFeatures(46, true, false);

  /** What can be wrong with an entry. */
  private enum Cause {
    NOTHING,
    NOT_PRESENT,
    RESERVED_HIGH,
    RESERVED_NX,
    RESERVED_SIZE,
    NEXT_IN_NO_SLOT,
    NOT_WRITABLE,
    NOT_USER,
    NOT_EXECUTABLE,
    KEY;

    /** The entry with this wrong as well. */
    long in(long entry) {
      return switch (this) {
        case NOTHING -> entry;
        case NOT_PRESENT -> entry & ~P;
        case RESERVED_HIGH -> entry | 1L << 50;
        case RESERVED_NX, NOT_EXECUTABLE -> entry | NX; // by EFER.NXE one or the other
        case RESERVED_SIZE -> entry | PS; // with a frame that no large page can have
        case NEXT_IN_NO_SLOT -> (entry & ~PagingRules.FRAME) | HOLE;
        case NOT_WRITABLE -> entry & ~W;
        case NOT_USER -> entry & ~U;
        case KEY -> (entry & ~(0xFL << PagingRules.KEY_SHIFT)) | DENIED_KEY;
      };
    }

    boolean existsIn(PagingMode mode) {
      return switch (this) {
        case RESERVED_HIGH, RESERVED_NX, NOT_EXECUTABLE -> mode != PagingMode.TWO_LEVEL;
        case KEY -> PagingRules.isLong(mode);
        default -> true;
      };
    }
  }

  @Override
  public String name() {
    return "priority";
  }

  @Override
  public String purpose() {
    return "every pair of causes of a fault, at every pair of levels";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return mode != PagingMode.NO_PAGING;
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    Control[] all = Roles.controls(mode).toArray(Control[]::new);
    List<Role> roles =
        List.of(
            Roles.of(mode, CPU, all),
            Roles.of(mode, CPU, Control.WP, Control.NXE, Control.PSE, Control.PKE),
            Roles.of(mode, CPU, Control.WP, Control.PSE, Control.SMEP, Control.PKS),
            Roles.of(mode, CPU, Control.NXE, Control.SMAP, Control.PKE, Control.PKS),
            Roles.of(mode, CPU));
    for (Role role : roles) {
      if (trial.subject().knows(role)) {
        run(role, trial);
      } else {
        trial.skipped(1);
      }
    }
  }

  private void run(Role role, Trial trial) {
    TableChain chain = TableChain.of(role.mode());
    try (JudgedMachine machine = new JudgedMachine(this, trial, role, List.of(chain.slot()))) {
      chain.write(machine, TableChain.ALL_RIGHTS);
      boolean _ = machine.loadCr3(chain.table(chain.top()));
      machine.keys(PKRU, PKRU);
      int top = PagingRules.levelsInMemory(role.mode());
      for (int first = top; first >= 1; first--) {
        for (int second = first; second >= 1; second--) {
          if (trial.stopped()) {
            return;
          }
          walkPairs(machine, chain, first, second);
        }
      }
    }
  }

  private static void walkPairs(JudgedMachine machine, TableChain chain, int first, int second) {
    for (Cause one : Cause.values()) {
      for (Cause other : Cause.values()) {
        if (one.existsIn(chain.mode()) && other.existsIn(chain.mode())) {
          put(machine, chain, first, one);
          if (first != second) {
            put(machine, chain, second, other);
          } else {
            long both = other.in(one.in(chain.entry(first, TableChain.ALL_RIGHTS)));
            machine.store(chain.entryGpa(first), both);
          }
          for (int access : Roles.accesses()) {
            machine.access(chain.gva(), access);
          }
          put(machine, chain, first, Cause.NOTHING);
          put(machine, chain, second, Cause.NOTHING);
        }
      }
    }
  }

  private static void put(JudgedMachine machine, TableChain chain, int level, Cause cause) {
    machine.store(chain.entryGpa(level), cause.in(chain.entry(level, TableChain.ALL_RIGHTS)));
  }
}
