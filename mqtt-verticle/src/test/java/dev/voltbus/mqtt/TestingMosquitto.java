package dev.voltbus.mqtt;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// A real mosquitto on a free loopback port.
final class TestingMosquitto implements AutoCloseable {
  private final Process process;
  private final int port;

  private TestingMosquitto(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /// Whether tests with mosquitto can run here; prints why not.
  static boolean isInstalled() {
    boolean found = program("mosquitto").isPresent();
    if (!found && isRequired()) {
      throw new AssertionError("mosquitto is not installed, but VOLTBUS_REQUIRE is all");
    }
    if (!found) {
      System.out.println("skipped: mosquitto is not installed (apt-get install mosquitto)");
    }
    return found;
  }

  private static boolean isRequired() {
    return "all".equals(System.getenv("VOLTBUS_REQUIRE"));
  }

  static TestingMosquitto start(Path folder) throws IOException {
    return start(folder, "");
  }

  /// @param more further lines of its configuration
  static TestingMosquitto start(Path folder, String more) throws IOException {
    int port = freePort();
    Path configuration =
        Files.writeString(
            folder.resolve("mosquitto.conf"),
            """
            user %s
            listener %d 127.0.0.1
            allow_anonymous true
            %s
            """
                .formatted(System.getProperty("user.name"), port, more));
    Process process =
        new ProcessBuilder(
                program("mosquitto").orElseThrow().toString(), "-c", configuration.toString())
            .redirectErrorStream(true)
            .start();
    awaitRunning(process);
    return new TestingMosquitto(process, port);
  }

  int port() {
    return port;
  }

  /// Reads its configuration and its users again; completes when it has begun to.
  void reload() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).inheritIO().start().waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }

  /// Its log says when the listener is open; afterwards it goes on being read, else it would block.
  private static void awaitRunning(Process process) throws IOException {
    BufferedReader log = process.inputReader();
    StringBuilder said = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      said.append(line).append('\n');
      if (line.endsWith(" running")) {
        Thread.ofVirtual().start(() -> drain(log));
        return;
      }
    }
    throw new IOException("mosquitto did not start: " + said);
  }

  private static void drain(BufferedReader log) {
    try (log) {
      log.transferTo(Writer.nullWriter());
    } catch (IOException ended) {
      // The process was ended, and its log with it.
      return;
    }
  }

  /// Debian puts the broker where only root's PATH looks.
  private static Optional<Path> program(String name) {
    String path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin:/usr/local/sbin";
    return Stream.of(path.split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }
}
