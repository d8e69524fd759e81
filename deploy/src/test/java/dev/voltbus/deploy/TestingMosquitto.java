package dev.voltbus.deploy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/// A real mosquitto on a loopback port of its own.
final class TestingMosquitto implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/mosquitto");
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final int port;
  private final Path folder;
  private final String options;
  private Process process;

  /// @param options lines of its configuration
  private TestingMosquitto(int port, Path folder, String options) throws IOException {
    this.port = port;
    this.folder = folder;
    this.options = options;
    this.process = launch();
  }

  /// Skips the test where mosquitto is missing; fails it where everything is required.
  static void require() {
    require("mosquitto", PROGRAM);
    require("mosquitto_sub", Path.of("/usr/bin/mosquitto_sub"));
  }

  /// The same for another part.
  static void require(String what, Path where) {
    boolean there = Files.isReadable(where);
    if ("all".equals(System.getenv("VOLTBUS_REQUIRE"))) {
      Assertions.assertTrue(there, what + " is missing");
    }
    if (!there) {
      System.err.println("SKIPPED: " + what + " is not installed");
    }
    Assumptions.assumeTrue(there, what + " is not installed");
  }

  static TestingMosquitto start() throws IOException {
    return start("persistence false\n");
  }

  /// One that sends each message at once, instead of waiting for the peer to confirm the last.
  static TestingMosquitto quick() throws IOException {
    return start("persistence false\nset_tcp_nodelay true\n");
  }

  /// One that saves its sessions as usual, and holds any number of messages for a slow subscriber.
  static TestingMosquitto keeping(Path folder) throws IOException {
    return start("persistence true\npersistence_location " + folder + "/\nmax_queued_messages 0\n");
  }

  private static TestingMosquitto start(String options) throws IOException {
    require();
    return new TestingMosquitto(
        PackagedProduct.freePort(),
        Files.createTempDirectory("voltbus-mosquitto"),
        "allow_anonymous true\n" + options);
  }

  /// One that takes this user only.
  static TestingMosquitto startWithLogin(String user, String password)
      throws IOException, InterruptedException {
    require();
    Path folder = Files.createTempDirectory("voltbus-mosquitto");
    Path users = folder.resolve("users");
    setPassword(users, user, password);
    return new TestingMosquitto(
        PackagedProduct.freePort(),
        folder,
        "allow_anonymous false\npersistence false\npassword_file " + users + "\n");
  }

  /// One that takes this user with this password, and everybody without a name.
  static TestingMosquitto startOpenWithLogin(String user, String password)
      throws IOException, InterruptedException {
    require();
    Path folder = Files.createTempDirectory("voltbus-mosquitto");
    Path users = folder.resolve("users");
    setPassword(users, user, password);
    return new TestingMosquitto(
        PackagedProduct.freePort(),
        folder,
        "allow_anonymous true\npersistence false\npassword_file " + users + "\n");
  }

  /// Reads its users again.
  void reload() throws IOException, InterruptedException {
    int code = new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor();
    Assertions.assertEquals(0, code, "kill -HUP");
  }

  /// From the next start or `reload` on.
  void setPassword(String user, String password) throws IOException, InterruptedException {
    setPassword(folder.resolve("users"), user, password);
  }

  private static void setPassword(Path users, String user, String password)
      throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("mosquitto_passwd", "-c", "-b", users.toString(), user, password)
            .inheritIO()
            .start()
            .waitFor();
    Assertions.assertEquals(0, code, "mosquitto_passwd");
  }

  private Process launch() throws IOException {
    Path config = folder.resolve("mosquitto.conf");
    Files.writeString(config, "listener " + port + " 127.0.0.1\nuser root\n" + options);
    Process launched =
        new ProcessBuilder(PROGRAM.toString(), "-c", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("mosquitto.log").toFile())
            .start();
    awaitListening();
    return launched;
  }

  private void awaitListening() {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!accepts()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("mosquitto does not listen on port " + port);
      }
      Thread.onSpinWait();
    }
  }

  private boolean accepts() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  int port() {
    return port;
  }

  void stop() throws InterruptedException {
    process.destroy();
    Assertions.assertTrue(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS));
  }

  /// As kill -9 does.
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /// Starts again on the same port.
  void restart() throws IOException {
    process = launch();
  }

  @Override
  public void close() {
    kill();
  }
}
