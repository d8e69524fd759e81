package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.Delivered;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.KeptReply;
import dev.voltbus.contract.LayoutReply;
import dev.voltbus.contract.LayoutRequest;
import dev.voltbus.contract.Message;
import dev.voltbus.contract.PollMark;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.TopicContract.Override;
import dev.voltbus.contract.TopicContract.Overrides;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What the verticle does on a broker, seen by another client of that broker. Each broker we care
/// for runs all of it.
abstract class MqttVerticleBehaviour extends BrokerBehaviour {
  private static final String VOLTAGE = "victron/tinybms/battery_pack_voltage";
  private static final String CURRENT = "victron/tinybms/battery_pack_current";

  // A consumer that trusts the status topic must see it before the first value.
  @Test
  void birthComesFirstAndOfflineLast() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = dbe();
    gateway.publish(Snapshots.charging().build());
    subscriber.await("BE/spec_data", "{\"cell_voltages\":[3.301,3.300]}");
    assertEquals(new Heard("BE/status", "online", 1, false), subscriber.heard().getFirst());
    assertEquals(new Heard("BE/status", "online", 1, true), subscriber().await("BE/status"));
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 2);
    assertEquals("up", gateway.health().parts().get("publication dbe"));
    gateway.stop();
    subscriber.await("BE/status", "offline");
    assertEquals(new Heard("BE/status", "offline", 1, true), subscriber().await("BE/status"));
    assertEquals(Map.of(), gateway.health().parts());
    assertEquals(0, gateway.metrics().gauge("voltbus_mqtt_connected"));
  }

  @Test
  void infoAndStatusComeAtEachInterval() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = dbe();
    gateway.publish(Snapshots.charging().build());
    long begin = System.nanoTime();
    for (int i = 0; i < 6; i++) {
      Heard info = subscriber.await("BE/info");
      assertEquals(0, info.qos());
      assertFalse(info.retained());
      assertEquals(85.12, new JsonObject(info.payload()).getDouble("SOC"));
    }
    long millis = (System.nanoTime() - begin) / 1_000_000;
    assertTrue(millis >= 900 && millis < 1_900, millis + " ms for 5 intervals of 200 ms");
    long births =
        subscriber.heard().stream().filter(heard -> heard.topic().equals("BE/status")).count();
    assertTrue(births >= 5, births + " times online");
  }

  @Test
  void theWillSpeaksForAConnectionThatBroke() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = dbe();
    subscriber.await("BE/status", "online");
    gateway.publish(Snapshots.charging().build());
    subscriber.await("BE/info");
    Await.result(proxy().breakAll());
    subscriber.await("BE/status", "offline");
    subscriber.await("BE/status", "online");
    subscriber.await("BE/info");
    assertTrue(gateway.metrics().count("reconnects_total", "connection=values") >= 1);
  }

  @Test
  void whoTakesOverSaysOnlineAgainBehindTheWillOfTheFormerOwner() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway =
        TestingGateway.takeOver(vertx(), bus(), Fixtures.site(Fixtures.dbe(broker())));
    subscriber.await("BE/status", "online");
    subscriber.publish("BE/status", "offline", true);
    subscriber.await("BE/status", "offline");
    subscriber.await("BE/status", "online");
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 2);
  }

  // ---- samples of which none may be lost

  /// Samples of the pack's voltage, number n with n volts and its own time.
  static void sample(TestingGateway gateway, int from, int to) {
    for (int n = from; n <= to; n++) {
      gateway.publish(sampled(n));
    }
  }

  private static DeviceSnapshot sampled(int n) {
    return new Snapshots(Fixtures.pack())
        .good("battery_pack_voltage", n, n * 100L)
        .readAt(Snapshots.READ_AT + n)
        .sequence(n)
        .build();
  }

  /// All numbers heard up to the last one, each once, where one that came twice counts first.
  static List<Integer> numbers(TestingSubscriber subscriber, int last) {
    subscriber.await(heard -> heard.topic().equals(VOLTAGE) && number(heard) == last);
    List<Integer> numbers = new ArrayList<>();
    for (Heard heard : subscriber.heard()) {
      if (heard.topic().equals(VOLTAGE)) {
        JsonObject payload = new JsonObject(heard.payload());
        assertEquals(Snapshots.READ_AT + number(heard), payload.getLong("timestamp_ms"));
        if (!numbers.contains(number(heard))) {
          numbers.add(number(heard));
        }
      }
    }
    return numbers;
  }

  private static int number(Heard heard) {
    return new JsonObject(heard.payload()).getInteger("value");
  }

  static List<Integer> upTo(int last) {
    return IntStream.rangeClosed(1, last).boxed().toList();
  }

  @Test
  void samplesOfAnOutageArriveInOrderWithTheirOwnTime() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = kept(Fixtures.samples(broker()));
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 1);
    sample(gateway, 1, 50);
    subscriber.await(heard -> heard.topic().equals(VOLTAGE) && number(heard) == 50);
    Await.result(proxy().close());
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 0);
    sample(gateway, 51, 1_000);
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_outbox_records") >= 950);
    Await.result(proxy().open());
    sample(gateway, 1_001, 1_050);
    assertEquals(upTo(1_050), numbers(subscriber, 1_050));
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_outbox_records") == 0);
  }

  // A site may be restarted while its broker is away.
  @Test
  void samplesOfAnOutageSurviveARestartOfTheGateway() {
    TestingSubscriber subscriber = subscriber();
    Await.result(proxy().close());
    TestingGateway first = kept(Fixtures.samples(broker()));
    sample(first, 1, 300);
    Await.until(() -> first.metrics().gauge("voltbus_mqtt_outbox_records") == 300);
    first.stop();
    TestingGateway second = kept(Fixtures.samples(broker()));
    sample(second, 301, 400);
    Await.result(proxy().open());
    assertEquals(upTo(400), numbers(subscriber, 400));
    Await.until(() -> second.metrics().gauge("voltbus_mqtt_outbox_records") == 0);
    assertEquals(0, second.metrics().count("outbox_lost_total"));
  }

  // A connection that breaks under load has samples that nobody knows the fate of.
  @Test
  void samplesUnderwayWhenAConnectionBreaksComeAgain() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = kept(Fixtures.samples(broker()));
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 1);
    for (int block = 0; block < 5; block++) {
      sample(gateway, block * 200 + 1, block * 200 + 200);
      Await.result(proxy().breakAll());
    }
    assertEquals(upTo(1_000), numbers(subscriber, 1_000));
  }

  /// The mapping, asked for what it has kept.
  private void keep(int delivered, int from, int to) {
    List<Message> kept = new ArrayList<>();
    for (int n = from; n <= to; n++) {
      kept.add(sampled(n).keptFor(500L * (to - n + 1)));
    }
    KeptReply reply = new KeptReply(Fixtures.DEVICE, PollMark.of(sampled(delivered)), kept);
    Await.result(
        bus()
            .serve(
                RequestAddress.keptSnapshots(Fixtures.SITE, Fixtures.DEVICE),
                request -> Future.succeededFuture(reply))
            .ready());
  }

  // Whoever takes a publication over sends what its former owner could not any more.
  @Test
  void whatWasKeptForAFormerOwnerComesFirst() {
    BlockingQueue<Delivered> told = new LinkedBlockingQueue<>();
    Await.result(bus().subscribe(Address.delivered(Fixtures.SITE), told::add).ready());
    keep(2, 3, 6);
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = kept(Fixtures.samples(broker()));
    sample(gateway, 7, 10);
    assertEquals(List.of(3, 4, 5, 6, 7, 8, 9, 10), numbers(subscriber, 10));
    assertEquals(4, gateway.metrics().count("voltbus_mqtt_replayed_polls_total"));
    PollMark last = PollMark.of(sampled(10));
    Await.until(() ->
        told.stream()
            .flatMap(message -> message.devices().stream())
            .anyMatch(upTo -> upTo.delivered().equals(last) && upTo.stored().equals(last)));
  }

  @Test
  void whatAFormerOwnerHasDeliveredIsNotSentAgain() {
    keep(6, 6, 6);
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = kept(Fixtures.samples(broker()));
    sample(gateway, 7, 8);
    assertEquals(List.of(7, 8), numbers(subscriber, 8));
    assertEquals(0, gateway.metrics().count("voltbus_mqtt_replayed_polls_total"));
  }

  // ---- Home Assistant

  // An entity is announced only where the device has its value, and kept by the broker.
  @Test
  void entitiesOfWhatTheDeviceHasAreAnnouncedAndRetained() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = discovered();
    gateway.publish(Snapshots.charging().build());
    subscriber.await("homeassistant/sensor/BE/cell_voltage2/config");
    subscriber.publish("marker", "", false);
    subscriber.await("marker");
    assertEquals(
        List.of(
            "homeassistant/button/BE/PAUSE/config",
            "homeassistant/sensor/BE/SOC/config",
            "homeassistant/sensor/BE/cell_voltage1/config",
            "homeassistant/sensor/BE/cell_voltage2/config"),
        subscriber.heard().stream()
            .map(Heard::topic)
            .filter(topic -> topic.startsWith("homeassistant/"))
            .distinct()
            .sorted()
            .toList());
    assertEquals(
        new Heard(
            "homeassistant/sensor/BE/cell_voltage2/config",
            "{\"value_template\":\"{{ value_json.cell_voltages[1] }}\"}",
            0,
            true),
        subscriber().await("homeassistant/sensor/BE/cell_voltage2/config"));
  }

  // A broker without persistence forgets the entities when it restarts together with Home
  // Assistant.
  @Test
  void entitiesAndValuesComeAgainWhenHomeAssistantHasStarted() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = discovered();
    gateway.publish(Snapshots.charging().build());
    subscriber.await("homeassistant/sensor/BE/cell_voltage2/config");
    subscriber.publish("homeassistant/status", "online", false);
    subscriber.await("homeassistant/status");
    subscriber.await("homeassistant/sensor/BE/SOC/config");
    subscriber.await("homeassistant/sensor/BE/cell_voltage2/config");
    subscriber.await("BE/info");
  }

  @Test
  void entitiesComeAgainAfterAReconnect() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = discovered();
    gateway.publish(Snapshots.charging().build());
    subscriber.await("homeassistant/sensor/BE/cell_voltage2/config");
    Await.result(proxy().breakAll());
    subscriber.await("BE/status", "offline");
    subscriber.await("BE/status", "online");
    subscriber.await("homeassistant/sensor/BE/SOC/config");
    subscriber.await("homeassistant/sensor/BE/cell_voltage2/config");
  }

  // Otherwise Home Assistant shows a sensor for ever that no longer exists.
  @Test
  void anEntityOfARegisterThatWentAwayIsCleared() {
    RegisterMap newer = Fixtures.mapWith("state_of_charge");
    bus()
        .serve(
            RequestAddress.layout(Fixtures.SITE, Fixtures.DEVICE),
            request -> answer(request, newer, new AtomicInteger()));
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = discovered();
    gateway.publish(Snapshots.charging().build());
    subscriber.await("homeassistant/sensor/BE/cell_voltage2/config");
    gateway.publish(new Snapshots(newer).good("state_of_charge", 50, 50).sequence(2).build());
    Heard cleared = subscriber.await("homeassistant/sensor/BE/cell_voltage2/config", "");
    assertEquals("", cleared.payload());
  }

  @Test
  void nothingIsAnnouncedWithoutTheOption() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = dbe();
    gateway.publish(Snapshots.charging().build());
    subscriber.await("BE/info");
    subscriber.await("BE/info");
    assertTrue(
        subscriber.heard().stream().noneMatch(heard -> heard.topic().startsWith("homeassistant/")));
  }

  @Test
  void commandsArriveAlsoAfterAReconnect() throws InterruptedException {
    TestingOwner owner = TestingOwner.refusing(bus());
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = dbe();
    gateway.publish(Snapshots.charging().build());
    CommandRequest first = owner.askedFor(subscriber);
    assertEquals("PAUSE", first.name());
    assertEquals("mqtt local BE/command/PAUSE", first.source());
    assertEquals(Fixtures.DEVICE, first.device());
    assertEquals(CommandRequest.Delivery.LIVE, first.delivery());
    JsonObject result = new JsonObject(subscriber.await("BE/command/result").payload());
    assertEquals("refused", result.getString("status"));
    assertEquals("PAUSE", result.getString("command"));
    assertEquals("not-permitted", result.getString("reason"));
    assertEquals("not allowed here", result.getString("text"));
    assertEquals(
        List.of("status", "command", "id", "device", "reason", "text"),
        List.copyOf(result.fieldNames()));
    Await.result(proxy().breakAll());
    CommandRequest second = owner.askedFor(subscriber);
    assertFalse(second.id().equals(first.id()));
  }

  @Test
  void aCommandWithoutOwnerIsRefusedWhenItsTimeIsOver() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = dbe();
    gateway.publish(Snapshots.charging().build());
    Await.until(() -> "up".equals(gateway.health().parts().get("publication dbe commands")));
    long begin = System.nanoTime();
    subscriber.publish("BE/command/PAUSE", "", false);
    JsonObject result = new JsonObject(subscriber.await("BE/command/result").payload());
    long millis = (System.nanoTime() - begin) / 1_000_000;
    assertEquals("no-owner", result.getString("reason"));
    assertTrue(millis >= 4_900 && millis < 7_000, millis + " ms");
  }

  // The promise to users: publishing goes on within the reconnect interval plus one second.
  @Test
  void publishingGoesOnSoonAfterTheBrokerIsBack() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = tinybms(broker(), Overrides.NONE);
    gateway.publish(Snapshots.charging().build());
    subscriber.await(VOLTAGE);
    Await.result(proxy().close());
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 0);
    Await.result(vertx().timer(4, TimeUnit.SECONDS));
    gateway.publish(
        Snapshots.charging().sequence(2).good("battery_pack_voltage", 51.5, 5150).build());
    long begin = System.nanoTime();
    Await.result(proxy().open());
    Heard voltage = subscriber.await(VOLTAGE);
    long millis = (System.nanoTime() - begin) / 1_000_000;
    System.out.println("published again " + millis + " ms after the broker was back");
    assertEquals(51.5, new JsonObject(voltage.payload()).getDouble("value"));
    assertTrue(millis <= 2_000, millis + " ms, reconnect interval 1000 ms");
    assertEquals(1, gateway.metrics().count("reconnects_total"));
  }

  @Test
  void qosAndRetainAreAsConfiguredAndOverriddenBothWays() {
    Overrides overrides =
        new Overrides(
            Map.of(
                "battery_pack_voltage", new Override(2, false, null),
                "battery_pack_current", new Override(0, null, null)));
    TestingSubscriber live = subscriber();
    TestingGateway gateway = tinybms(broker().withQos(1, true), overrides);
    gateway.publish(Snapshots.charging().build());
    Map<String, Heard> values = live.collect(9);
    assertEquals(2, values.get(VOLTAGE).qos());
    assertEquals(0, values.get(CURRENT).qos());
    assertEquals(1, values.get("victron/tinybms/system_state").qos());
    Await.until(() -> gateway.metrics().count("published_total") == 9);
    TestingSubscriber late = subscriber();
    assertEquals(8, late.collect(8).size());
    assertTrue(late.heard().stream().allMatch(Heard::retained), late.heard().toString());
    assertTrue(late.heard().stream().noneMatch(heard -> heard.topic().equals(VOLTAGE)));
    assertEquals(0, gateway.metrics().count("publish_failures_total"));
  }

  // Roles start in any order and in any version: mapping may know a newer map than our site file.
  @Test
  void anUnknownLayoutIsAskedForOnceAndTheNewestSnapshotIsKept() {
    RegisterMap newer = Fixtures.mapWith("newer_value");
    AtomicInteger asked = new AtomicInteger();
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = tinybms(broker(), Overrides.NONE);
    gateway.publish(new Snapshots(newer).good("newer_value", 1, 1).build());
    gateway.publish(new Snapshots(newer).sequence(2).good("newer_value", 2, 2).build());
    Await.result(vertx().timer(300, TimeUnit.MILLISECONDS));
    Await.result(
        bus()
            .serve(
                RequestAddress.layout(Fixtures.SITE, Fixtures.DEVICE),
                request -> answer(request, newer, asked))
            .ready());
    Heard value = subscriber.await("victron/tinybms/newer_value");
    assertEquals(2, new JsonObject(value.payload()).getInteger("value"));
    gateway.publish(new Snapshots(newer).sequence(3).good("newer_value", 3, 3).build());
    Heard next = subscriber.await("victron/tinybms/newer_value");
    assertEquals(3, new JsonObject(next.payload()).getInteger("value"));
    assertEquals(1, asked.get());
  }

  private static Future<LayoutReply> answer(
      LayoutRequest request, RegisterMap map, AtomicInteger asked) {
    asked.incrementAndGet();
    return Future.succeededFuture(new LayoutReply(request.device(), map));
  }

  // An owner that lost its lease may still have messages on the way.
  @Test
  void anOlderSnapshotNeverFollowsANewerOne() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = tinybms(broker(), Overrides.NONE);
    for (int sequence : new int[] {5, 4, 6}) {
      gateway.publish(
          Snapshots.charging()
              .sequence(sequence)
              .good("battery_pack_voltage", 50 + sequence, 5000 + 100 * sequence)
              .build());
    }
    subscriber.await(heard -> heard.topic().equals(VOLTAGE) && heard.payload().contains(":56,"));
    assertTrue(subscriber.heard().stream().noneMatch(heard -> heard.payload().contains(":54,")));
  }

  @Test
  void aBrokerThatIsAwayDoesNotDisturbAnotherPublication() {
    BrokerSettings nowhere = Fixtures.broker(1);
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway =
        TestingGateway.start(
            vertx(),
            bus(),
            Fixtures.site(Fixtures.tinybms(nowhere), Fixtures.dbe(broker(), OFTEN)));
    gateway.publish(Snapshots.charging().build());
    subscriber.await("BE/info");
    assertEquals("up", gateway.health().parts().get("publication dbe"));
    Await.until(() ->
        gateway
            .health()
            .parts()
            .getOrDefault("publication tinybms", "")
            .contains("Connection refused"));
    gateway.stop();
    subscriber.await("BE/status", "offline");
  }

  @Test
  void twoPublicationsOnOneBrokerAreIndependent() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway =
        TestingGateway.start(
            vertx(),
            bus(),
            Fixtures.site(Fixtures.tinybms(broker()), Fixtures.dbe(broker(), OFTEN)));
    gateway.publish(Snapshots.charging().build());
    subscriber.await("victron/tinybms/system_state");
    subscriber.await("BE/spec_data");
    assertEquals(3, proxy().accepted());
  }

  // Users restart gateways while brokers hang.
  @Test
  void stoppingEndsInTimeEvenIfTheBrokerHangs() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = dbe();
    subscriber.await("BE/status", "online");
    proxy().freeze();
    long begin = System.nanoTime();
    gateway.stop();
    long millis = (System.nanoTime() - begin) / 1_000_000;
    assertTrue(millis < 3_000, millis + " ms");
  }

  // A cut cable gives no error, and QoS 0 traffic hides it.
  @Test
  void aHalfOpenConnectionIsFoundWithinOneAndAHalfKeepAlives() {
    BrokerSettings lively =
        new BrokerSettings(
            "local",
            "127.0.0.1",
            proxy().port(),
            "tinybms-victron",
            "",
            null,
            "",
            true,
            0,
            false,
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            null,
            true);
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = tinybms(lively, Overrides.NONE);
    gateway.publish(Snapshots.charging().build());
    subscriber.await(VOLTAGE);
    AtomicInteger polls = new AtomicInteger();
    long traffic =
        vertx()
            .setPeriodic(
                100, id -> gateway.publish(Snapshots.charging(polls.incrementAndGet()).build()));
    proxy().freeze();
    long begin = System.nanoTime();
    Await.until(() -> gateway.metrics().gauge("voltbus_mqtt_connected") == 0);
    long millis = (System.nanoTime() - begin) / 1_000_000;
    vertx().cancelTimer(traffic);
    System.out.println("half-open connection found after " + millis + " ms");
    assertTrue(millis <= 3_100, millis + " ms with a keep-alive of 2000 ms");
  }

  // Two clients with one id kick each other for ever unless one of them gives in.
  @Test
  void aForeignClientWithOurIdMakesUsBackOff() {
    TestingGateway gateway =
        tinybms(broker().withReconnectInterval(Duration.ofSeconds(30)), Overrides.NONE);
    Await.until(() -> gateway.health().ups() == 1);
    TestingRival rival = TestingRival.start(vertx(), brokerPort(), "tinybms-victron");
    Await.until(() -> gateway.health().ups() == 3);
    Await.result(vertx().timer(3, TimeUnit.SECONDS));
    assertEquals(3, gateway.health().ups());
    assertTrue(rival.isConnected());
  }

  @Test
  void aSiteListensToItsOwnSnapshotsOnly() {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = tinybms(broker(), Overrides.NONE);
    bus()
        .publish(
            Address.snapshots("elsewhere"),
            Snapshots.charging().good("battery_pack_voltage", 1, 100).build());
    gateway.publish(Snapshots.charging().build());
    assertEquals(52.8, new JsonObject(subscriber.await(VOLTAGE).payload()).getDouble("value"));
  }
}
