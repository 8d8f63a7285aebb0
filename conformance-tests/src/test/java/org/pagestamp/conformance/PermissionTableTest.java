package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.WalkResult;

/**
 * The rights check against a truth table of all combinations, made by a program of its own from the
 * rules of Intel SDM vol. 3, section 4.6. Each row is walked with the deciding bits at each level.
 */
class PermissionTableTest {
  private static final int ROWS = 2_048;

  /** The row's columns: access, mode, U, W, NX, NXE, WP, SMEP, SMAP, AC, result. */
  private record Row(List<String> columns) {
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

    boolean nx() {
      return flag(4);
    }

    boolean nxe() {
      return flag(5);
    }

    /** Entry bits of the level that decides. */
    long bits() {
      return EntryBits.P
          | (flag(2) ? EntryBits.U : 0)
          | (flag(3) ? EntryBits.W : 0)
          | (nx() ? EntryBits.NX : 0);
    }

    Control[] controls() {
      List<Control> controls = new ArrayList<>();
      Control[] columnOf = {Control.NXE, Control.WP, Control.SMEP, Control.SMAP};
      for (int i = 0; i < columnOf.length; i++) {
        if (flag(5 + i)) {
          controls.add(columnOf[i]);
        }
      }
      return controls.toArray(Control[]::new);
    }

    /** The row's outcome when the deciding entry is at {@code level}, in words. */
    String expected(int level) {
      int code = access() & (PageFaultCode.WRITE | PageFaultCode.USER);
      boolean reportsFetch = nxe() || flag(7);
      code |= reportsFetch ? access() & PageFaultCode.FETCH : 0;
      return switch (columns.get(10)) {
        case "OK" -> "gpa " + Long.toHexString(MappedPage.gpa());
        case "FAULT" -> "fault " + Integer.toHexString(code | PageFaultCode.P) + " at level 1";
        case "RSVD" ->
            "fault "
                + Integer.toHexString(code | PageFaultCode.P | PageFaultCode.RSVD)
                + " at level "
                + level;
        default -> throw new IllegalArgumentException("unknown result in " + columns);
      };
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("org.pagestamp.conformance.Engines#withModes")
  void everyRowIsWalkedAsTheTableSays(Engine engine, PagingMode mode) throws IOException {
    Map<List<Control>, MappedPage> pages = new HashMap<>();
    int walked = 0;
    for (Row row : rows()) {
      if (mode == PagingMode.TWO_LEVEL && (row.nx() || row.nxe())) {
        continue; // entries of 4 bytes have no bit 63
      }
      MappedPage page =
          pages.computeIfAbsent(
              List.of(row.controls()),
              controls -> {
                Control[] array = controls.toArray(Control[]::new);
                return new MappedPage(engine, MappedPage.role(mode, array), 0, 0);
              });
      for (int level = 1; level <= mode.topLevelInMemory(); level++) {
        assertEquals(row.expected(level), walk(page, row, mode, level), row::toString);
      }
      walked++;
    }
    assertEquals(mode == PagingMode.TWO_LEVEL ? ROWS / 4 : ROWS, walked);
  }

  private static String walk(MappedPage page, Row row, PagingMode mode, int deciding) {
    for (int level = 1; level <= mode.topLevelInMemory(); level++) {
      page.set(level, level == deciding ? row.bits() : MappedPage.ALL_RIGHTS);
    }
    long result = page.walk(row.access());
    return WalkResult.isFault(result)
        ? "fault "
            + Integer.toHexString(WalkResult.errorCode(result))
            + " at level "
            + WalkResult.faultLevel(result)
        : "gpa " + Long.toHexString(WalkResult.gpa(result, page.gva()));
  }

  private static List<Row> rows() throws IOException {
    InputStream stream = PermissionTableTest.class.getResourceAsStream("perm-truth.csv");
    assertNotNull(stream);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      assertEquals("access,mode,U,W,NX,NXE,WP,SMEP,SMAP,AC,result", lines.readLine());
      List<Row> rows = lines.lines().map(line -> new Row(List.of(line.split(",", -1)))).toList();
      assertEquals(ROWS, rows.size());
      return rows;
    }
  }
}
