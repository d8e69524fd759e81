package dev.voltbus.outbox;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A real disk that is small: it gets full, and it can be made read-only.
final class TestingTmpfs implements AutoCloseable {
  private final Path folder;

  private TestingTmpfs(Path folder) {
    this.folder = folder;
  }

  /// Mounts 256 KiB; skips the test and says why where that is not allowed.
  static TestingTmpfs mount(Path folder) {
    try {
      run("mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "outbox-test", folder.toString());
    } catch (IOException e) {
      String missing = "no small disk could be mounted (needs root): " + e.getMessage();
      assertNotEquals("all", System.getenv("VOLTBUS_REQUIRE"), missing);
      System.out.println("skipped: " + missing);
      abort(missing);
    }
    return new TestingTmpfs(folder);
  }

  Path folder() {
    return folder;
  }

  void makeReadOnly() throws IOException {
    run("mount", "-o", "remount,ro", folder.toString());
  }

  void makeWritable() throws IOException {
    run("mount", "-o", "remount,rw", folder.toString());
  }

  @Override
  public void close() throws IOException {
    run("umount", "--lazy", folder.toString());
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }
}
