package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.TestingListener.Heard;
import dev.voltbus.simulator.BatterySite;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A running gateway is asked from outside, through its start script: by its control socket and by
/// SIGHUP.
@Timeout(300)
class ControlIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String USER = "edge";

  private final Vertx vertx = Vertx.vertx();
  private final BatterySite battery = new BatterySite(0, 0);
  @TempDir private Path folder;
  private Path state;
  private TestingMosquitto broker;

  @BeforeEach
  void start() throws Exception {
    state = folder.resolve("state");
    broker = TestingMosquitto.startOpenWithLogin(USER, "first");
    secret("first");
    vertx.deployVerticle(battery).await();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    broker.close();
  }

  private void secret(String password) throws IOException {
    Path file = Files.writeString(folder.resolve("secret"), password + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private Path site() throws IOException {
    return Files.writeString(
        folder.resolve("site.yaml"),
        """
        site: garage
        links:
          bms: { url: "tcp://127.0.0.1:%d" }
        devices:
          pack: { type: tinybms, link: bms, unit: 170 }
        brokers:
          local:
            uri: "mqtt://127.0.0.1:%d"
            username: %s
            password-file: secret
        publications:
          BE: { contract: battery-emulator, broker: local, devices: [pack] }
          raw: { contract: tinybms, broker: local, devices: [pack] }
        """
            .formatted(battery.packServer().port(), broker.port(), USER));
  }

  private PackagedProduct gateway() throws IOException {
    return PackagedProduct.start(
        Map.of(),
        "run",
        "--site=" + site(),
        "--state=" + state,
        "--http-port=" + PackagedProduct.freePort(),
        "--health-port=" + PackagedProduct.freePort());
  }

  private PackagedProduct running() throws Exception {
    PackagedProduct gateway = gateway();
    gateway.awaitLine(line -> line.contains("running; console"), LIMIT);
    gateway.awaitLine(line -> line.contains("publication=BE connected"), LIMIT);
    gateway.awaitLine(line -> line.contains("publication=BE commands connected"), LIMIT);
    return gateway;
  }

  /// @param code the exit code there must be
  private static String said(int code, String... arguments) throws Exception {
    try (PackagedProduct command = PackagedProduct.start(Map.of(), arguments)) {
      assertEquals(code, command.awaitExit(LIMIT), command::output);
      return command.output();
    }
  }

  private String reload(int code) throws Exception {
    return said(code, "reload", "--state=" + state);
  }

  private static List<String> statuses(TestingListener listener) {
    return listener.heard("BE/status").stream().map(Heard::payload).toList();
  }

  // Until the broker reads its users again it knows the old password only: that it refuses shows
  // that the new one was used.
  @Test
  void reloadConnectsWithThePasswordThatStandsInTheFileNow() throws Exception {
    try (TestingListener listener = TestingListener.on(broker.port());
        PackagedProduct gateway = running()) {
      secret("second");
      broker.setPassword(USER, "second");
      String refused = reload(1);
      assertTrue(
          refused.contains("publication BE: failed: refused by the broker: not authorized"),
          refused);
      listener.await(
          heard -> heard.topic().equals("BE/status") && heard.payload().equals("offline"),
          LIMIT,
          "offline");
      broker.reload();
      assertEquals("publication BE: connected anew\npublication raw: connected anew", reload(0));
      assertEquals("online", statuses(listener).getLast());
      String log = gateway.output();
      assertTrue(log.contains("reload asked by the control socket"), log);
    }
  }

  // What `systemctl reload` does.
  @Test
  void hangUpConnectsWithThePasswordThatStandsInTheFileNow() throws Exception {
    try (TestingListener listener = TestingListener.on(broker.port());
        PackagedProduct gateway = running()) {
      secret("second");
      broker.setPassword(USER, "second");
      gateway.signal("HUP");
      gateway.awaitLine(line -> line.contains("reload asked by SIGHUP"), LIMIT);
      gateway.awaitLine(
          line -> line.contains("reload publication=BE not done: refused by the broker"), LIMIT);
      broker.reload();
      gateway.signal("HUP");
      gateway.awaitLine(line -> line.contains("reload publication=BE done"), LIMIT);
      listener.awaitAll(
          heard -> statuses(listener).containsAll(List.of("offline", "online")), LIMIT, "both");
      listener.awaitAll(
          heard -> statuses(listener).getLast().equals("online"), LIMIT, "online again");
    }
  }

  @Test
  void entitiesComeAgainAndTheBrokerIsTriedFromTheRunningGateway() throws Exception {
    try (TestingListener listener = TestingListener.on(broker.port());
        PackagedProduct gateway = running()) {
      listener.await(heard -> heard.topic().equals("BE/info"), LIMIT, "info of " + gateway.pid());
      int before = listener.all().size();
      String discovered =
          said(0, "mqtt", "discover", "--site=" + folder.resolve("site.yaml"), "--state=" + state);
      assertTrue(discovered.matches("publication BE: \\d\\d+ entities sent"), discovered);
      int entities = Integer.parseInt(discovered.replaceAll("\\D", ""));
      listener.awaitAll(
          heard ->
              listener.since(before).stream()
                      .filter(each -> each.topic().startsWith("homeassistant/"))
                      .map(Heard::topic)
                      .distinct()
                      .count()
                  == entities,
          LIMIT,
          entities + " entities");
      String tried =
          said(
              0,
              "mqtt",
              "test",
              "--site=" + folder.resolve("site.yaml"),
              "--publication=BE",
              "--running",
              "--state=" + state);
      assertTrue(tried.startsWith("publication BE, broker local at mqtt://127.0.0.1:"), tried);
      for (String step :
          List.of("resolve", "connect", "login", "subscribe", "publish", "receive")) {
        assertTrue(tried.matches("(?s).*  " + step + " +ok .*"), tried);
      }
      assertFalse(statuses(listener).contains("offline"));
      String unknown = said(1, "reload", "--state=" + state, "--publication=BEE");
      assertTrue(unknown.startsWith("no publication `BEE`, did you mean `BE`?"), unknown);
    }
  }

  @Test
  void theSocketIsItsOwnersAloneAndLivesAsLongAsItsGateway() throws Exception {
    Path socket = state.resolve("control.sock");
    try (PackagedProduct killed = running()) {
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
      try (PackagedProduct second = gateway()) {
        assertEquals(1, second.awaitExit(LIMIT));
        assertTrue(
            second.output().startsWith("--state: folder " + state + " is used by another voltbus"),
            second::output);
      }
      killed.signal("KILL");
      killed.awaitExit(LIMIT);
    }
    String gone = reload(1);
    assertTrue(gone.contains("nobody listens"), gone);
    try (PackagedProduct gateway = running()) {
      reload(0);
      gateway.signal("TERM");
      gateway.awaitExit(LIMIT);
    }
    assertTrue(Files.notExists(socket));
    String none = reload(1);
    assertTrue(none.startsWith("no control socket " + socket), none);
  }
}
