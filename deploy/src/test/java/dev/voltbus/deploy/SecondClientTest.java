package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Quality;
import dev.voltbus.simulator.ModbusServer.Transport;
import io.vertx.core.Vertx;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A device that serves one client at a time, and a second client that wants it too, such as the
/// vendor's own app. Periods and limits are those of [FaultSuiteTest].
class SecondClientTest {
  private static final Path CASES = Path.of("src/test/resources/testcases/faults");
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Duration GRACE = Duration.ofMillis(750);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);
  private static final int QUARREL_CYCLES = 5;
  private static final int UNITS = 2;

  private final Vertx vertx = Vertx.vertx();
  @TempDir private Path folder;

  @BeforeEach
  void writeConfiguration() throws IOException {
    ConfigFolder.copy(Path.of("config/schema"), folder.resolve("schema"));
    ConfigFolder.copy(CASES, folder);
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private FaultScene steady(String name) throws Exception {
    FaultScene scene =
        new FaultScene(
            vertx,
            new Gateway(vertx).wiring(),
            name,
            Transport.TCP,
            folder,
            FaultScene.Cast.STEADY);
    scene.start();
    await("all good before", () -> allGood(scene));
    return scene;
  }

  private static boolean allGood(FaultScene scene) {
    return Stream.of("faulty", "neighbour", "elsewhere")
        .allMatch(device -> scene.worst(device) == Quality.GOOD);
  }

  // Who holds the only place keeps us out: that must show, and end soon after it leaves.
  @Test
  void valuesAreUnavailableWhileAnotherHoldsTheOnlyPlaceAndBackOnceItLeaves() throws Exception {
    FaultScene scene = steady("held");
    scene.arm("single-connection");
    long left;
    try (Client other = holder(scene)) {
      long held = System.nanoTime();
      long before = scene.connections();
      await(
          "values unavailable",
          () -> {
            assertGood(scene, "elsewhere");
            other.read();
            return scene.best("faulty") == Quality.BAD;
          });
      assertWithin("unavailable", PERIOD.multipliedBy(3).plus(GRACE), held);
      long attempts = scene.connections() - before;
      long most = most(held);
      assertTrue(attempts <= most, () -> attempts + " attempts where " + most + " are allowed");
      left = System.nanoTime();
    }
    await(
        "values good again",
        () -> {
          assertGood(scene, "elsewhere");
          return allGood(scene);
        });
    assertWithin("good again", PERIOD.multipliedBy(2).plus(GRACE), left);
    assertEquals(List.of(), scene.wrongValues());
  }

  /// Takes the place between two polls; the gateway comes back with its next one.
  private static Client holder(FaultScene scene) throws IOException {
    long end = System.nanoTime() + PATIENCE;
    while (true) {
      scene.cut();
      Client client = new Client(scene.port());
      if (client.isServed()) {
        return client;
      }
      client.close();
      assertTrue(System.nanoTime() < end, "the place could not be had");
    }
  }

  // Each takes the place from the other. That must not become a storm of connections.
  @Test
  void twoThatTakeTheOnlyPlaceFromEachOtherDoNotStorm() throws Exception {
    FaultScene scene = steady("quarrel");
    scene.arm("single-connection:newest");
    long began = System.nanoTime();
    long before = scene.connections();
    int polls = scene.polls("elsewhere");
    long others = 0;
    Client other = new Client(scene.port());
    while (scene.polls("elsewhere") < polls + QUARREL_CYCLES) {
      assertGood(scene, "elsewhere");
      if (!other.isServed()) {
        other.close();
        other = new Client(scene.port());
        others++;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    long ours = scene.connections() - before - others - 1;
    long most = most(began);
    assertTrue(others > 0, "the gateway never took the place back");
    assertTrue(ours <= most, () -> ours + " connections where " + most + " are allowed");

    long left = System.nanoTime();
    other.close();
    await("values good again", () -> allGood(scene));
    assertWithin("good again", PERIOD.multipliedBy(2).plus(GRACE), left);
    assertEquals(List.of(), scene.wrongValues());
  }

  /// One connection for each poll of each unit and one retry each is the most since a time.
  private static long most(long sinceNanos) {
    double periods = (double) (System.nanoTime() - sinceNanos) / PERIOD.toNanos();
    return (long) Math.ceil(periods + 1) * 2 * UNITS;
  }

  private static void assertGood(FaultScene scene, String device) {
    assertEquals(Quality.GOOD, scene.worst(device), () -> device + ": " + scene.reasons(device));
  }

  private static void assertWithin(String what, Duration limit, long sinceNanos) {
    Duration took = Duration.ofNanos(System.nanoTime() - sinceNanos);
    assertTrue(took.compareTo(limit) <= 0, () -> what + " after " + took + ", not " + limit);
  }

  private static void await(String what, BooleanSupplier isSo) {
    long end = System.nanoTime() + PATIENCE;
    while (!isSo.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not within 30 s: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  /// Asks unit 1 for the first word, over and over, on one connection.
  private static final class Client implements Closeable {
    private static final byte[] ASKED = HexFormat.of().parseHex("000100000006010300000001");

    private final Socket socket;

    Client(int port) throws IOException {
      this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(5));
    }

    /// Whether the server answers; whether the word exists does not matter.
    boolean isServed() {
      try {
        socket.getOutputStream().write(ASKED);
        byte[] head = socket.getInputStream().readNBytes(6);
        return head.length == 6 && socket.getInputStream().readNBytes(head[5]).length == head[5];
      } catch (IOException closed) {
        return false;
      }
    }

    void read() {
      assertTrue(isServed(), "the other client lost its place");
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
