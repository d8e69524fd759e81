package dev.voltbus.simulator;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Two pseudo terminals that socat connects like a null-modem cable.
final class SerialPair implements AutoCloseable {
  private static final Path SOCAT = Path.of("/usr/bin/socat");

  private final Process socat;
  private final Path near;
  private final Path far;

  private SerialPair(Process socat, Path near, Path far) {
    this.socat = socat;
    this.near = near;
    this.far = far;
  }

  /// Without socat the test is skipped, or fails where everything must be there.
  static SerialPair in(Path folder) throws IOException {
    boolean installed = Files.isExecutable(SOCAT);
    if ("all".equals(System.getenv("VOLTBUS_REQUIRE"))) {
      assertTrue(installed, "socat is not installed (Debian: socat)");
    }
    assumeTrue(installed, "socat is not installed (Debian: socat)");
    Path near = folder.resolve("near");
    Path far = folder.resolve("far");
    Process socat =
        new ProcessBuilder(
                SOCAT.toString(),
                "-d",
                "-d",
                "pty,raw,echo=0,link=" + near,
                "pty,raw,echo=0,link=" + far)
            .redirectErrorStream(true)
            .start();
    awaitStart(socat.inputReader());
    return new SerialPair(socat, near, far);
  }

  private static void awaitStart(BufferedReader said) throws IOException {
    @Nullable String line = said.readLine();
    while (line != null && !line.contains("starting data transfer")) {
      line = said.readLine();
    }
    assertFalse(line == null, "socat has ended");
  }

  Path near() {
    return near;
  }

  Path far() {
    return far;
  }

  @Override
  public void close() {
    socat.destroy();
    socat.onExit().join();
  }
}
