package org.pagestamp.example.tiny86;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestSourceTest {
  @Test
  @DisplayName("build.sh makes of the sources the ROM and the addresses that are checked in")
  void sameBytes(@TempDir Path folder) throws IOException, InterruptedException {
    assumeTrue(isOnPath("nasm") && isOnPath("bash"), "nasm is not installed");
    Process build =
        new ProcessBuilder("bash", "src/main/guest/build.sh", folder.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, build.waitFor(), output);
    assertEquals("", output, "warnings");
    for (String file : new String[] {"boot.rom", "boot.sym"}) {
      assertArrayEquals(checkedIn(file), Files.readAllBytes(folder.resolve(file)), file);
    }
  }

  private static boolean isOnPath(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static byte[] checkedIn(String file) throws IOException {
    try (InputStream in = Tiny86.class.getResourceAsStream(file)) {
      return in.readAllBytes();
    }
  }
}
