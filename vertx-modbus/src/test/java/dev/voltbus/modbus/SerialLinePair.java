package dev.voltbus.modbus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Two pseudo-terminals joined by socat: the two ends of a serial line.
final class SerialLinePair implements AutoCloseable {
  private final Path folder;
  private final Process socat;

  private SerialLinePair(Path folder) throws IOException {
    this.folder = folder;
    this.socat = TestingSocat.join(TestingSocat.terminal(near()), TestingSocat.terminal(far()));
  }

  static boolean isInstalled() {
    return TestingSocat.isInstalled();
  }

  /// Opens one, ready for use.
  static SerialLinePair open() throws IOException {
    return new SerialLinePair(Files.createTempDirectory("voltbus-line"));
  }

  /// Our end.
  Path near() {
    return folder.resolve("near");
  }

  /// The device's end.
  Path far() {
    return folder.resolve("far");
  }

  @Override
  public void close() throws IOException {
    socat.destroy();
    socat.onExit().join();
    Files.deleteIfExists(near());
    Files.deleteIfExists(far());
    Files.deleteIfExists(folder);
  }
}
