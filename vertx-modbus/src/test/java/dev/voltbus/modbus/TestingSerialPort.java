package dev.voltbus.modbus;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;

/// A pseudo-terminal by socat that stands for a serial port; what is written to it goes to a TCP
/// port and back. Unplugging it ends socat and takes the name away.
final class TestingSerialPort {
  private static final Path SOCAT = Path.of("/usr/bin/socat");

  private final Path path;
  private final int tcpPort;
  private Process socat;
  private OutputStream held;

  private TestingSerialPort(Path path, int tcpPort) throws Exception {
    this.path = path;
    this.tcpPort = tcpPort;
    this.socat = launch();
    this.held = hold();
  }

  /// Skips the test when socat is not installed; fails it where everything is required.
  static TestingSerialPort plugIn(int tcpPort) throws Exception {
    boolean installed = Files.isExecutable(SOCAT);
    if (!installed && "all".equals(System.getenv("VOLTBUS_REQUIRE"))) {
      throw new AssertionError(SOCAT + " is not installed, VOLTBUS_REQUIRE=all wants it");
    }
    Assumptions.assumeTrue(installed, SOCAT + " is not installed, so there is no serial port");
    Path folder = Files.createTempDirectory("voltbus-serial");
    return new TestingSerialPort(folder.resolve("usb-Testing_RS485-if00-port0"), tcpPort);
  }

  private Process launch() throws IOException {
    return new ProcessBuilder(
            SOCAT.toString(),
            "pty,raw,echo=0,link=" + path,
            "tcp:127.0.0.1:" + tcpPort + ",nodelay")
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /// socat ends when nobody has the terminal open; a serial port does not.
  private OutputStream hold() throws Exception {
    waitUntil(() -> Files.exists(path));
    return new FileOutputStream(path.toFile(), true);
  }

  private static void waitUntil(BooleanSupplier condition) {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - limit > 0) {
        throw new AssertionError("socat did not do its part within 10 s");
      }
      Thread.onSpinWait();
    }
  }

  Path path() {
    return path;
  }

  void unplug() throws Exception {
    socat.destroyForcibly().waitFor();
    held.close();
    Files.deleteIfExists(path);
  }

  /// Again under the same name, on whichever terminal the system gives.
  void plugInAgain() throws Exception {
    socat = launch();
    held = hold();
  }

  void remove() throws Exception {
    unplug();
    Files.deleteIfExists(path.getParent());
  }
}
