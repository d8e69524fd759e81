package dev.voltbus.simulator.broker;

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

/// A real mosquitto on two free loopback ports: one for everybody, one with a password.
final class TestingMosquitto implements AutoCloseable {

  private final Process process;
  private final int port;
  private final int securedPort;

  private TestingMosquitto(Process process, int port, int securedPort) {
    this.process = process;
    this.port = port;
    this.securedPort = securedPort;
  }

  static boolean isInstalled() {
    return program("mosquitto").isPresent() && program("mosquitto_passwd").isPresent();
  }

  static TestingMosquitto start(Path folder) throws IOException, InterruptedException {
    int port = freePort();
    int securedPort = freePort();
    Path passwords = writePasswords(folder);
    Path configuration =
        Files.writeString(
            folder.resolve("mosquitto.conf"),
            """
            user %s
            per_listener_settings true
            max_packet_size %d
            listener %d 127.0.0.1
            allow_anonymous true
            listener %d 127.0.0.1
            allow_anonymous false
            password_file %s
            """
                .formatted(
                    System.getProperty("user.name"),
                    MqttBrokerClients.MESSAGE_LIMIT,
                    port,
                    securedPort,
                    passwords));
    Process process = run("mosquitto", "-c", configuration.toString());
    awaitRunning(process);
    return new TestingMosquitto(process, port, securedPort);
  }

  int port() {
    return port;
  }

  int securedPort() {
    return securedPort;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }

  private static Path writePasswords(Path folder) throws IOException, InterruptedException {
    Path passwords = folder.resolve("passwords");
    Process writer =
        run(
            "mosquitto_passwd",
            "-b",
            "-c",
            passwords.toString(),
            MqttBrokerClients.USER,
            MqttBrokerClients.PASSWORD);
    String said = writer.inputReader().readAllAsString();
    if (writer.waitFor() != 0) {
      throw new IOException("mosquitto_passwd ended with " + writer.exitValue() + ": " + said);
    }
    return passwords;
  }

  /// Its log says when the listeners are open; afterwards it goes on being read, else it would
  /// block.
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
      // The process was destroyed, and its log with it.
      return;
    }
  }

  private static Process run(String program, String... arguments) throws IOException {
    Stream<String> path = Stream.of(program(program).orElseThrow().toString());
    return new ProcessBuilder(Stream.concat(path, Stream.of(arguments)).toList())
        .redirectErrorStream(true)
        .start();
  }

  /// Debian puts the broker where only root's PATH looks.
  private static Optional<Path> program(String name) {
    String path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin:/usr/local/sbin";
    return Stream.of(path.split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }
}
