package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Frames;
import dev.voltbus.contract.Message;
import dev.voltbus.contract.Site;
import dev.voltbus.simulator.BatterySite;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every message on the bus, as people would see it and as bytes on its way to another node.
class SecretsOnBusTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Vertx vertx = Vertx.vertx();
  private final Gateway gateway = new Gateway(vertx);
  private final PlantedSecret secret = PlantedSecret.plant();
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final Set<String> kinds = ConcurrentHashMap.newKeySet();
  @TempDir private Path folder;

  @AfterEach
  void close() {
    gateway.stop().otherwiseEmpty().await();
    vertx.close().await();
  }

  @Test
  void noMessageCarriesABrokersPassword() throws Exception {
    BatterySite battery = new BatterySite(0, 0);
    vertx.deployVerticle(battery).await();
    vertx
        .eventBus()
        .addOutboundInterceptor(delivery -> {
          keep(delivery.message().body());
          delivery.next();
        });
    try (TestingMosquitto broker =
            TestingMosquitto.startWithLogin(secret.user(), secret.password());
        TestingListener listener =
            TestingListener.on(broker.port(), secret.user(), secret.password())) {
      Site site = site(battery.packServer().port(), broker.port());
      gateway.start(site, EnumSet.allOf(Role.class), 0, List.of()).await();
      listener.await(heard -> heard.topic().equals("BE/info"), LIMIT, "values");
      new ProcessBuilder(
              "mosquitto_pub",
              "-p",
              Integer.toString(broker.port()),
              "-u",
              secret.user(),
              "-P",
              secret.password(),
              "-t",
              "BE/command/PAUSE",
              "-m",
              "")
          .inheritIO()
          .start()
          .waitFor();
      listener.await(heard -> heard.topic().equals("BE/command/result"), LIMIT, "a result");
      PublicationCalls calls = new PublicationCalls(vertx, gateway.wiring(), site);
      for (ControlAction action : ControlAction.values()) {
        calls.call(action, List.of("BE"), secret.marker()).await();
      }
    }
    Set<String> wanted =
        Set.of(
            "DevicePoll",
            "DeviceSnapshot",
            "LinkStatus",
            "CommandRequest",
            "CommandResult",
            "PublicationRequest",
            "PublicationReply");
    assertTrue(kinds.containsAll(wanted), kinds.toString());
    secret.assertOnlyMarkerIn("the bus", seen.stream().collect(Collectors.joining("\n")));
  }

  private void keep(Object body) {
    kinds.add(body.getClass().getSimpleName());
    seen.add(body.toString());
    if (body instanceof Message message) {
      Buffer wire = Buffer.buffer();
      new Frames().encodeToWire(wire, message);
      seen.add(wire.toString(StandardCharsets.ISO_8859_1));
    }
  }

  private Site site(int device, int broker) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("site.yaml"),
            """
            site: scan
            links:
              bms: { url: "tcp://127.0.0.1:%1$d" }
            devices:
              %2$s: { type: tinybms, link: bms, unit: 170 }
            brokers:
              local: { uri: "mqtt://127.0.0.1:%3$d", username: edge, password-env: MQTT_PASSWORD }
            publications:
              BE: { contract: battery-emulator, broker: local, devices: [%2$s] }
            """
                .formatted(device, secret.marker(), broker));
    Map<String, String> variables = Map.of("MQTT_PASSWORD", secret.password());
    return SiteFiles.load(file, Path.of("config"), Map.of(), variables::get);
  }
}
