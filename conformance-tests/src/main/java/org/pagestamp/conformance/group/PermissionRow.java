package org.pagestamp.conformance.group;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.WalkResult;

/**
 * A row of the truth table of rights: which access, which entry bits and controls, which outcome.
 *
 * @param columns access, mode, U, W, NX, NXE, WP, SMEP, SMAP, AC, result
 */
record PermissionRow(List<String> columns) {
  private static final String FILE = "perm-truth.csv";
  private static final String HEADER = "access,mode,U,W,NX,NXE,WP,SMEP,SMAP,AC,result";

  /** All rows. */
  static List<PermissionRow> all() throws IOException {
    InputStream stream = PermissionRow.class.getResourceAsStream(FILE);
    if (stream == null) {
      throw new IOException(FILE + " is missing from the library");
    }
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      String header = lines.readLine();
      if (!HEADER.equals(header)) {
        throw new IOException(FILE + " begins with " + header + " instead of " + HEADER);
      }
      return lines.lines().map(line -> new PermissionRow(List.of(line.split(",", -1)))).toList();
    }
  }

  private boolean flag(int column) {
    return columns.get(column).equals("1");
  }

  int access() {
    int access =
        switch (columns.get(0)) {
          case "W" -> Access.WRITE;
          case "X" -> Access.FETCH;
          default -> Access.READ;
        };
    access |= columns.get(1).equals("user") ? Access.USER : 0;
    access |= columns.get(1).equals("implicit") ? Access.IMPLICIT : 0;
    return access | (flag(9) ? Access.AC : 0);
  }

  private boolean nx() {
    return flag(4);
  }

  private boolean nxe() {
    return flag(5);
  }

  /** Whether the row speaks of bit 63, which entries of 4 bytes do not have. */
  boolean needsNx() {
    return nx() || nxe();
  }

  /** Bits of the entry that decides. */
  long bits() {
    return EntryBits.P
        | (flag(2) ? EntryBits.U : 0)
        | (flag(3) ? EntryBits.W : 0)
        | (nx() ? EntryBits.NX : 0);
  }

  /** The controls that are set. */
  List<Control> controls() {
    List<Control> controls = new ArrayList<>();
    Control[] columnOf = {Control.NXE, Control.WP, Control.SMEP, Control.SMAP};
    for (int i = 0; i < columnOf.length; i++) {
      if (flag(5 + i)) {
        controls.add(columnOf[i]);
      }
    }
    return controls;
  }

  /**
   * The answer when the entry that decides is at {@code deciding}, over a 4-KiB page whose other
   * entries allow everything.
   *
   * @param pageGpa where the tables lead to, a page of RAM
   * @param leafAttributes A and D of the leaf after a walk that succeeds
   */
  long expected(int deciding, long pageGpa, long leafAttributes) {
    int code = access() & (PageFaultCode.WRITE | PageFaultCode.USER);
    boolean reportsFetch = nxe() || flag(7);
    code |= reportsFetch ? access() & PageFaultCode.FETCH : 0;
    return switch (columns.get(10)) {
      case "OK" -> pageGpa | leafAttributes | bits() | WalkResult.levelBits(1);
      case "FAULT" -> WalkResult.fault(FaultReason.PERMISSION, code | PageFaultCode.P, 1);
      case "RSVD" ->
          WalkResult.fault(
              FaultReason.RESERVED_BIT, code | PageFaultCode.P | PageFaultCode.RSVD, deciding);
      default -> throw new IllegalArgumentException("unknown result in " + columns);
    };
  }
}
