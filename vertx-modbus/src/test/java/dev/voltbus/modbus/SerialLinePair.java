package dev.voltbus.modbus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Two pseudo-terminals joined by socat: the two ends of a serial line.
final class SerialLinePair implements AutoCloseable {
  private static final Path SOCAT = Path.of("/usr/bin/socat");

  private final Path folder;
  private final Process socat;

  private SerialLinePair(Path folder) throws IOException {
    this.folder = folder;
    this.socat =
        new ProcessBuilder(SOCAT.toString(), pty(near()), pty(far()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  static boolean isInstalled() {
    return Files.isExecutable(SOCAT);
  }

  /// Opens one, ready for use.
  static SerialLinePair open() throws IOException {
    SerialLinePair pair = new SerialLinePair(Files.createTempDirectory("voltbus-line"));
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!Files.exists(pair.near()) || !Files.exists(pair.far())) {
      if (System.nanoTime() - limit > 0) {
        pair.close();
        throw new IOException("socat made no serial line within 10 s");
      }
      Thread.onSpinWait();
    }
    return pair;
  }

  private static String pty(Path link) {
    return "pty,raw,echo=0,link=" + link;
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
