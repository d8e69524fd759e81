package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.voltbus.contract.Site;
import dev.voltbus.simulator.BatterySite;
import dev.voltbus.simulator.Fault;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The mirror as its clients see it: pymodbus on the wire, acquisition and the bus behind.
class MirrorTest {
  private static final String MISSING =
      "python3-pymodbus is not installed, so no independent client asks the mirror";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int PACK = BatterySite.TINYBMS_UNIT;

  private final Vertx vertx = Vertx.vertx();
  private final BatterySite batteries = new BatterySite(0, 0);
  private final Gateway gateway = new Gateway(vertx);
  private final int port = PackagedProduct.freePort();
  private final int healthPort = PackagedProduct.freePort();
  private final List<PymodbusClient> clients = new ArrayList<>();
  @TempDir Path folder;

  @BeforeEach
  void start() throws Exception {
    if (!PymodbusServer.isInstalled()) {
      assertNotEquals("all", System.getenv("VOLTBUS_REQUIRE"), MISSING);
      System.out.println("skipped: " + MISSING);
      abort(MISSING);
    }
    vertx.deployVerticle(batteries).await();
    batteries.pin(PACK, 36, 0x3333, 0x4253).await();
    gateway.start(site(), EnumSet.of(Role.MIRROR, Role.ACQUISITION), healthPort, List.of()).await();
  }

  @AfterEach
  void stop() {
    clients.forEach(PymodbusClient::close);
    gateway.stop().await();
    vertx.close().await();
  }

  private Site site() throws IOException, ConfigException {
    String text =
        """
        site: garage
        links:
          bms: { url: "tcp://127.0.0.1:%d", request-timeout: 500ms }
        devices:
          bms-1: { type: tinybms, link: bms, poll: { live: 200ms, settings: 1s } }
          inverter-1: { type: inverter, link: bms }
        mirror:
          listen: tcp://127.0.0.1:%d
          devices: { bms-1: 1, inverter-1: 0 }
        """
            .formatted(batteries.packServer().port(), port);
    Path file = Files.writeString(folder.resolve("site.yaml"), text);
    return SiteFiles.load(file, Path.of("config"), Map.of());
  }

  private PymodbusClient client() throws IOException {
    PymodbusClient client = PymodbusClient.of(port);
    clients.add(client);
    return client;
  }

  /// Asks again until the answer is there.
  private static void await(PymodbusClient client, String order, String answer) throws IOException {
    long end = System.nanoTime() + LIMIT.toNanos();
    String got = client.ask(order);
    while (!got.equals(answer)) {
      assertTrue(System.nanoTime() - end < 0, order + ": still " + got);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      got = client.ask(order);
    }
  }

  // The device takes one client only, and that is the gateway.
  @Test
  void furtherClientReadsTheWordsOfTheLastPollAndTheDeviceSeesOneConnection() throws Exception {
    PymodbusClient client = client();
    await(client, "read holding 1 36 2", "[13107,16979]");
    batteries.pin(PACK, 36, 0x0000, 0x4250).await();
    await(client, "read holding 1 36 2", "[0,16976]");
    await(client, "read holding 0 0 2", "[1000,1000]");
    assertEquals(1, batteries.packServer().connections());
  }

  @Test
  void everyWriteIsRefusedAndReachesNobody() throws Exception {
    PymodbusClient client = client();
    await(client, "read holding 0 0 1", "[1000]");
    for (String kind : List.of("register", "registers", "coil", "coils", "mask")) {
      assertEquals("exception 1", client.ask("write " + kind + " 0 0 7"), kind);
    }
    assertEquals("[1000]", client.ask("read holding 0 0 1"));
    assertEquals(List.of(), batteries.packServer().writes());
    String metrics = PackagedProduct.get(healthPort, "/metrics").body();
    assertTrue(
        metrics.contains("voltbus_mirror_refusals_total{exception=\"1\",site=\"garage\"} 5.0"),
        metrics);
    assertTrue(metrics.contains("voltbus_mirror_clients{site=\"garage\"} 1.0"), metrics);
  }

  @Test
  void unitsAndAddressesThatAreNotPolledAreRefused() throws Exception {
    PymodbusClient client = client();
    await(client, "read holding 1 36 2", "[13107,16979]");
    assertEquals("exception 10", client.ask("read holding 9 36 2"));
    assertEquals("exception 2", client.ask("read holding 1 60000 1"));
    assertEquals("exception 2", client.ask("read input 1 36 2"));
    assertEquals("exception 2", client.ask("read coil 1 0 8"));
  }

  // Frozen values with a fresh look have burnt others; a client must notice, and so must we
  // recover.
  @Test
  void silentDeviceIsRefusedNotShownOldAndComesBack() throws Exception {
    PymodbusClient client = client();
    await(client, "read holding 1 36 2", "[13107,16979]");
    batteries.packServer().fault(PACK, new Fault.Drop());
    await(client, "read holding 1 36 2", "exception 11");
    batteries.packServer().fault(PACK, new Fault.None());
    await(client, "read holding 1 36 2", "[13107,16979]");
  }

  // Who wants to know sooner than by a refusal reads the age; 65535 is no age.
  @Test
  void statusUnitShowsTheAgeOfEachUnitsNewestValues() throws Exception {
    PymodbusClient client = client();
    await(client, "read holding 0 0 1", "[1000]");
    assertTrue(age(client, 0) < 100, "tenths of a second");
    assertEquals(65_535, age(client, 9));
    assertEquals("exception 2", client.ask("read holding 247 250 7"));
    batteries.packServer().fault(BatterySite.INVERTER_UNIT, new Fault.Drop());
    await(client, "read holding 247 0 1", "[65535]");
  }

  private static int age(PymodbusClient client, int unit) throws IOException {
    String age = client.ask("read input 247 " + unit + " 1");
    return Integer.parseInt(age.replaceAll("[\\[\\]]", ""));
  }

  @Test
  void severalClientsAreServedSideBySide() throws Exception {
    PymodbusClient first = client();
    await(first, "read holding 1 36 2", "[13107,16979]");
    List<PymodbusClient> others = List.of(client(), client(), client());
    for (int round = 0; round < 20; round++) {
      for (PymodbusClient other : others) {
        assertEquals("[13107,16979]", other.ask("read holding 1 36 2"));
      }
    }
  }

  @Test
  void stoppedGatewayClosesTheMirror() throws Exception {
    await(client(), "read holding 1 36 2", "[13107,16979]");
    gateway.stop().await();
    assertThrows(
        IOException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
  }

  @Test
  void portThatIsTakenStopsTheStartAndIsNamed() throws Exception {
    gateway.stop().await();
    Gateway second = new Gateway(Vertx.vertx());
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      CommandException refusal =
          assertThrows(
              CommandException.class,
              () ->
                  second
                      .start(site(), EnumSet.of(Role.MIRROR), PackagedProduct.freePort(), List.of())
                      .await());
      assertTrue(
          refusal
              .getMessage()
              .startsWith("mirror cannot listen on 127.0.0.1:" + taken.getLocalPort()),
          refusal.getMessage());
    } finally {
      second.stop().await();
    }
  }
}
