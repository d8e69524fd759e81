package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.BrokerKind;
import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.BrokerTls;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.PublicationReply.Outcome;
import dev.voltbus.contract.PublicationRequest.Action;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Secret;
import dev.voltbus.contract.TrialStep;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttClientOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The gateway as a device of an Azure IoT Hub.
class AzureHubTest {
  private static final String PART = "publication dbe";
  private static final Secret KEY = new Secret("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
  private static final String BAG = "&site=demo&$.ct=application%2Fjson&$.ce=utf-8";
  private static final String STATUS = "devices/dbe_client/messages/events/source=status" + BAG;

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = Bus.over(vertx);
  private final StandingTime time = new StandingTime();
  private final List<CommandRequest> commands = new CopyOnWriteArrayList<>();
  private TestingHub hub;

  @BeforeEach
  void startHub() {
    hub = TestingHub.start(vertx);
    bus.serve(
        RequestAddress.command(Fixtures.SITE),
        request -> {
          commands.add(request);
          return Future.succeededFuture(
              CommandResult.refused(request, "not-permitted", "not allowed here"));
        });
  }

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  private BrokerSettings broker(@Nullable Secret key, @Nullable BrokerTls tls) {
    return new BrokerSettings(
        "cloud",
        "127.0.0.1",
        hub.port(),
        "unused",
        "",
        key,
        "BE",
        true,
        1,
        true,
        Duration.ofSeconds(1177),
        Duration.ofMillis(300),
        tls,
        BrokerKind.AZURE,
        BrokerKind.AZURE.largestPayload(),
        true);
  }

  private TestingGateway start(Publication publication) {
    TestingGateway gateway = TestingGateway.start(vertx, bus, Fixtures.site(publication), time);
    gateway.publish(Snapshots.charging().build());
    return gateway;
  }

  private static String token(long madeAtMillis) {
    return SasToken.of("127.0.0.1", "dbe_client", KEY, madeAtMillis / 1000 + 3600);
  }

  @Test
  void theDeviceLogsInWithATokenOfAnHour() {
    TestingGateway gateway = start(Fixtures.dbe(broker(KEY, null)));
    hub.await("status");
    assertEquals(
        List.of(
            new TestingHub.Login(
                "dbe_client",
                "127.0.0.1/dbe_client/?api-version=2021-04-12",
                token(StandingTime.WALL_MILLIS),
                STATUS,
                false)),
        hub.logins());
    gateway.stop();
  }

  @Test
  void everyMessageGoesToTheEventsTopicAndNoneIsRetained() {
    TestingGateway gateway = start(Fixtures.discovered(broker(KEY, null)));
    assertEquals("{", hub.await("info").payload().substring(0, 1));
    hub.await("spec_data");
    assertEquals(new Heard(STATUS, "online", 1, false), hub.await("status"));
    gateway.stop();
    assertEquals(new Heard(STATUS, "offline", 1, false), hub.heard().getLast());
    assertEquals(
        List.of(),
        hub.heard().stream().filter(each -> each.topic().contains("assistant")).toList());
    assertTrue(hub.heard().stream().allMatch(each -> each.topic().endsWith(BAG)));
    assertFalse(hub.heard().stream().anyMatch(Heard::retained));
  }

  @Test
  void discoveryIsRefusedForTheHubKeepsNothing() {
    start(Fixtures.discovered(broker(KEY, null)));
    hub.await("status");
    assertEquals(
        "Azure IoT Hub keeps no retained messages",
        Asking.of(bus, "dbe").ask(Action.DISCOVER).reason());
  }

  // Both directions are on one connection there.
  @Test
  void aReconnectThatIsAskedForSaysOfflineAndLogsInAnew() {
    start(Fixtures.dbe(broker(KEY, null)));
    hub.await("spec_data");
    time.leap(Duration.ofSeconds(10));
    assertEquals(Outcome.ACCEPTED, Asking.of(bus, "dbe").ask(Action.RECONNECT).outcome());
    assertEquals(List.of("DISCONNECT"), hub.ends());
    assertEquals(token(StandingTime.WALL_MILLIS + 10_000), hub.logins().getLast().password());
    assertTrue(hub.heard().contains(new Heard(STATUS, "offline", 1, false)));
    assertEquals(2, hub.filters().size());
  }

  @Test
  void checkNamesWhatIsSentAndWhatIsLeftOut() {
    Publication publication = Fixtures.discovered(broker(KEY, null));
    assertEquals(
        STATUS, MqttVerticle.topics(publication, List.of(Fixtures.device()), null).getFirst());
    assertEquals(List.of(), MqttVerticle.entities(publication, List.of(Fixtures.device()), null));
    assertEquals(
        List.of("tells Home Assistant of no entities: Azure IoT Hub keeps no retained messages"),
        MqttVerticle.leftOut(publication));
    assertEquals(List.of(), MqttVerticle.leftOut(Fixtures.dbe(broker(KEY, null))));
    assertEquals(List.of(), MqttVerticle.leftOut(Fixtures.discovered(Fixtures.broker(1))));
  }

  // At its expiry the hub would end the connection in the middle of something, and send the will.
  @Test
  void theLoginIsRenewedAtFourFifthsOfItsLife() {
    TestingGateway gateway = start(Fixtures.dbe(broker(KEY, null)));
    Await.until(() -> "up".equals(gateway.health().parts().get(PART)));
    time.leap(Duration.ofSeconds(2880));
    Await.until(() -> hub.logins().size() == 2);
    Await.until(() -> gateway.health().ups() >= 4 && hub.ends().size() == 1);
    assertEquals(token(StandingTime.WALL_MILLIS + 2_880_000), hub.logins().getLast().password());
    assertNotEquals(hub.logins().getFirst().password(), hub.logins().getLast().password());
    assertEquals(List.of("DISCONNECT"), hub.ends());
    assertEquals(
        List.of("online", "online"),
        hub.heard().stream()
            .filter(each -> each.topic().equals(STATUS))
            .map(Heard::payload)
            .toList());
    gateway.stop();
  }

  @Test
  void aDeviceWithACertificateSendsNoPassword() {
    BrokerTls tls =
        new BrokerTls(null, Path.of("device.pem"), Path.of("device.key"), "hub.example", true, "");
    Publication publication = Fixtures.dbe(broker(KEY, tls));
    ConnectionSettings settings = ConnectionSettings.values(publication, publication.broker());
    MqttClientOptions options = ClientSettings.of(settings, time);
    assertNull(options.getPassword());
    assertEquals("hub.example/dbe_client/?api-version=2021-04-12", options.getUsername());
    assertTrue(settings.loginLife().isEmpty());
  }

  @Test
  void aBadKeyIsNamedAndNotShown() {
    TestingGateway gateway = start(Fixtures.dbe(broker(new Secret("hunter2!"), null)));
    Await.until(() ->
        "key of device dbe_client is empty or not Base64"
            .equals(gateway.health().parts().get(PART)));
    assertEquals(List.of(), hub.logins());
    gateway.stop();
  }

  @Test
  void aCommandIsAPropertyOfTheTopicAndItsResultAnEvent() {
    TestingGateway gateway = start(Fixtures.dbe(broker(KEY, null)));
    Await.until(() -> "up".equals(gateway.health().parts().get(PART + " commands")));
    assertEquals(List.of("devices/dbe_client/messages/devicebound/#"), hub.filters());
    time.leap(HubInbox.DOUBTFUL);
    hub.send("%24.mid=1&command=SET%5FLIMITS", "{\"a\":1}");
    JsonObject result = new JsonObject(hub.await("command%2Fresult").payload());
    assertEquals("SET_LIMITS", result.getString("command"));
    assertEquals("not-permitted", result.getString("reason"));
    assertEquals("not allowed here", result.getString("text"));
    assertEquals(CommandRequest.Delivery.LIVE, commands.getFirst().delivery());
    assertEquals("mqtt cloud BE/command/SET_LIMITS", commands.getFirst().source());
    assertEquals("{\"a\":1}", commands.getFirst().payload().toString());
    assertEquals(1, hub.logins().size());
    gateway.stop();
  }

  // The hub keeps commands for a device that is away; one of yesterday must not act today.
  @Test
  void aCommandRightAfterConnectingIsSaidToHaveWaited() {
    TestingGateway gateway = start(Fixtures.dbe(broker(KEY, null)));
    Await.until(() -> "up".equals(gateway.health().parts().get(PART + " commands")));
    time.leap(HubInbox.DOUBTFUL.minusMillis(1));
    hub.send("command=STOP", "");
    hub.await("command%2Fresult");
    assertEquals(CommandRequest.Delivery.QUEUED, commands.getFirst().delivery());
    assertEquals("STOP", commands.getFirst().name());
    gateway.stop();
  }

  @Test
  void theTrialUsesTheDeviceItselfAndExpectsNothingBack() {
    List<TrialStep> steps =
        Await.result(BrokerTrial.run(vertx, time, Fixtures.dbe(broker(KEY, null))));
    assertEquals(
        List.of("resolve", "connect", "login", "subscribe", "publish"),
        steps.stream().map(TrialStep::name).toList());
    assertTrue(steps.stream().allMatch(step -> step.outcome() == TrialStep.Outcome.OK));
    assertEquals("dbe_client", hub.logins().getFirst().clientId());
    hub.await("test");
  }
}
