package dev.voltbus.modbus;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// A pseudo-terminal by socat that stands for a serial port; what is written to it goes to a TCP
/// port and back. Unplugging it ends socat and takes the name away.
final class TestingSerialPort {
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
    boolean installed = TestingSocat.isInstalled();
    if (!installed && "all".equals(System.getenv("VOLTBUS_REQUIRE"))) {
      throw new AssertionError(
          TestingSocat.PROGRAM + " is not installed, VOLTBUS_REQUIRE=all wants it");
    }
    Assumptions.assumeTrue(
        installed, TestingSocat.PROGRAM + " is not installed, so there is no serial port");
    Path folder = Files.createTempDirectory("voltbus-serial");
    return new TestingSerialPort(folder.resolve("usb-Testing_RS485-if00-port0"), tcpPort);
  }

  private Process launch() throws IOException {
    return TestingSocat.join(TestingSocat.terminal(path), "tcp:127.0.0.1:" + tcpPort + ",nodelay");
  }

  /// socat ends when nobody has the terminal open; a serial port does not.
  private OutputStream hold() throws IOException {
    return new FileOutputStream(path.toFile(), true);
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
