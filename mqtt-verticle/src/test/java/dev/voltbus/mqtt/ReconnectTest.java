package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.PublicationReply;
import dev.voltbus.contract.PublicationReply.Outcome;
import dev.voltbus.contract.PublicationRequest.Action;
import dev.voltbus.contract.PushSource;
import dev.voltbus.contract.Secret;
import dev.voltbus.contract.Site;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A password is changed in its file and at a real mosquitto, while the gateway is connected.
class ReconnectTest {
  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = Bus.over(vertx);
  @TempDir private Path folder;
  private Path secret;
  private Path users;
  private TestingMosquitto mosquitto;

  @BeforeEach
  void startBroker() throws Exception {
    Assumptions.assumeTrue(TestingMosquitto.isInstalled(), "mosquitto is not installed");
    secret = folder.resolve("secret");
    users = folder.resolve("users");
    change("first");
    mosquitto = TestingMosquitto.start(folder, "password_file " + users);
  }

  @AfterEach
  void close() {
    if (mosquitto != null) {
      mosquitto.close();
    }
    Await.result(vertx.close());
  }

  /// At the gateway at once, at the broker when it reads its users again.
  private void change(String password) throws IOException, InterruptedException {
    Files.writeString(secret, password + "\n");
    Process changed =
        new ProcessBuilder("mosquitto_passwd", "-c", "-b", users.toString(), "edge", password)
            .inheritIO()
            .start();
    assertEquals(0, changed.waitFor(), "mosquitto_passwd");
  }

  private BrokerSettings broker() throws IOException {
    return new BrokerSettings(
        "local",
        "127.0.0.1",
        mosquitto.port(),
        "gateway",
        "edge",
        Secret.inFile(secret),
        "",
        true,
        0,
        false,
        Duration.ofSeconds(30),
        Duration.ofMinutes(10),
        null,
        true);
  }

  private static String state(TestingGateway gateway, String part) {
    return gateway.health().parts().getOrDefault(part, "none");
  }

  // The broker still knows the old password only, so a refusal shows that the new one was used.
  @Test
  void aReconnectUsesThePasswordThatStandsInTheFileNow() throws Exception {
    TestingGateway gateway =
        TestingGateway.start(
            vertx, bus, Fixtures.site(Fixtures.dbe(broker(), Duration.ofMillis(200))));
    TestingSubscriber subscriber = TestingSubscriber.on(vertx, mosquitto.port());
    Await.until(() -> state(gateway, "publication dbe commands").equals("up"));
    change("second");
    PublicationReply refused = Asking.of(bus, "dbe").ask(Action.RECONNECT);
    assertEquals(Outcome.FAILED, refused.outcome());
    assertTrue(refused.reason().contains("refused by the broker"), refused.reason());
    subscriber.await("BE/status", "offline");
    mosquitto.reload();
    PublicationReply accepted = Asking.of(bus, "dbe").ask(Action.RECONNECT);
    assertEquals(Outcome.ACCEPTED, accepted.outcome(), accepted.reason());
    assertEquals("online", subscriber.await("BE/status").payload());
    assertEquals("up", state(gateway, "publication dbe commands"));
  }

  @Test
  void theLineOfPushedDevicesReconnectsToo() throws Exception {
    Device car =
        Device.pushed(
            "car",
            Fixtures.pack(),
            new PushSource(
                broker(),
                "cars/leaf",
                "",
                List.of(new PushSource.Value("battery_pack_voltage", "v", false))));
    Site site = new Site(Fixtures.SITE, List.of(), List.of(car), List.of());
    TestingGateway gateway = TestingGateway.start(vertx, bus, site);
    Await.until(() -> state(gateway, "broker local push").equals("up"));
    Asking asking = Asking.of(bus, "push.local");
    change("second");
    assertEquals(Outcome.FAILED, asking.ask(Action.RECONNECT).outcome());
    mosquitto.reload();
    assertEquals(Outcome.ACCEPTED, asking.ask(Action.RECONNECT).outcome());
    PublicationReply refused = asking.ask(Action.DISCOVER);
    assertEquals("it publishes nothing, it listens for pushed devices", refused.reason());
  }
}
