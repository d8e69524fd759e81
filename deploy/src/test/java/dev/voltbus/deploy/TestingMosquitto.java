package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// A real mosquitto on one loopback port, which it keeps over stops and starts.
final class TestingMosquitto implements AutoCloseable {
  private final Path configuration;
  private final int port;
  private Process process;

  private TestingMosquitto(Path configuration, int port, Process process) {
    this.configuration = configuration;
    this.port = port;
    this.process = process;
  }

  /// Starts one, or skips the test with the reason where it is not installed.
  static TestingMosquitto start(Path folder) throws IOException {
    require("mosquitto");
    int port = PackagedProduct.freePorts(1).getFirst();
    Path configuration =
        Files.writeString(
            folder.resolve("mosquitto-" + port + ".conf"),
            """
            user %s
            listener %d 127.0.0.1
            allow_anonymous true
            """
                .formatted(System.getProperty("user.name"), port));
    return new TestingMosquitto(configuration, port, run(configuration));
  }

  /// Skips the test with the reason where a program is missing; fails it where all must be there.
  static void require(String name) {
    if (program(name).isEmpty()) {
      String missing = name + " is not installed (apt-get install mosquitto mosquitto-clients)";
      assertNotEquals("all", System.getenv("VOLTBUS_REQUIRE"), missing);
      System.out.println("skipped: " + missing);
      abort(missing);
    }
  }

  private static Process run(Path configuration) throws IOException {
    Process started =
        new ProcessBuilder(
                program("mosquitto").orElseThrow().toString(), "-c", configuration.toString())
            .redirectErrorStream(true)
            .start();
    awaitRunning(started);
    return started;
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

  int port() {
    return port;
  }

  void stop() {
    process.destroy();
    process.onExit().join();
  }

  void startAgain() throws IOException {
    process = run(configuration);
  }

  @Override
  public void close() {
    stop();
  }

  /// Debian puts the broker where only root's PATH looks.
  private static Optional<Path> program(String name) {
    String path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin:/usr/local/sbin";
    return Stream.of(path.split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
