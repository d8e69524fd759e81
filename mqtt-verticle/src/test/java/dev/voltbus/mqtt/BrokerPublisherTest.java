package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.BrokerKind;
import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReceivedSnapshot;
import dev.voltbus.contract.RegisterValue;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.simulator.broker.BrokerOptions;
import dev.voltbus.simulator.broker.MqttBroker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BrokerPublisherTest {
  private static final String VOLTAGE = "victron/tinybms/battery_pack_voltage";

  private final Vertx vertx = Vertx.vertx();
  private final RecordingMetrics metrics = new RecordingMetrics();
  private int port;

  @BeforeEach
  void startBroker() {
    port = Await.result(MqttBroker.start(vertx, BrokerOptions.at("127.0.0.1", 0))).port();
  }

  @AfterEach
  void stopAll() {
    Await.result(vertx.close());
  }

  private BrokerPublisher publisher(BrokerSettings broker) {
    return publisher(broker, () -> true);
  }

  private BrokerPublisher publisher(BrokerSettings broker, BooleanSupplier mayWrite) {
    Publication publication = Fixtures.tinybms(broker);
    return new BrokerPublisher(
        vertx,
        TimeSource.system(),
        publication,
        mayWrite,
        Tally.of(metrics, TimeSource.system(), publication, "values"),
        new BrokerPublisher.Presence() {
          @Override
          public void online() {}

          @Override
          public void offline(String reason) {}

          @Override
          public void message(MqttPublishMessage message) {}
        });
  }

  private static RegisterValue voltage() {
    ReceivedSnapshot received = Snapshots.charging().received(0);
    return received.registerValue(received.layout().indexOf("battery_pack_voltage"), 0);
  }

  // A single publication must be able to switch retain off, which the seed's reference cannot.
  @Test
  void overridesWorkBothWays() {
    TestingSubscriber live = TestingSubscriber.on(vertx, port);
    Publisher publisher = publisher(Fixtures.broker(port).withQos(0, true));
    Await.result(publisher.connect());
    assertTrue(publisher.isConnected());
    Await.result(publisher.publishRegister(voltage(), 2, false));
    assertEquals(2, live.await(VOLTAGE).qos());
    Await.result(publisher.publishRegister(voltage(), null, null));
    assertEquals(0, live.await(VOLTAGE).qos());
    assertTrue(TestingSubscriber.on(vertx, port).await(VOLTAGE).retained());
    Await.result(publisher.publishRegister(voltage(), 1, true));
    assertEquals(1, live.await(VOLTAGE).qos());
    Await.result(publisher.disconnect());
    assertFalse(publisher.isConnected());
    assertEquals(3, metrics.count("published_total"));
  }

  @Test
  void publishingWhileOfflineFailsAndIsCounted() {
    Publisher publisher = publisher(Fixtures.broker(port));
    assertTrue(publisher.publishRegister(voltage(), null, null).failed());
    Future<Void> toNowhere = publisher(Fixtures.broker(1)).connect();
    assertFalse(toNowhere.isComplete());
    assertTrue(publisher.publishRegister(voltage(), 1, null).failed());
    assertEquals(2, metrics.count("publish_failures_total"));
  }

  private static BrokerSettings with(BrokerSettings usual, BrokerKind kind, int maxPayload) {
    return new BrokerSettings(
        usual.name(),
        usual.host(),
        usual.port(),
        usual.clientId(),
        usual.username(),
        usual.password(),
        usual.rootTopic(),
        usual.cleanSession(),
        usual.defaultQos(),
        usual.retainByDefault(),
        usual.keepAlive(),
        usual.reconnectInterval(),
        usual.tls(),
        kind,
        maxPayload,
        usual.enabled());
  }

  // Some brokers end the connection over it, others lose it without a word.
  @Test
  void aMessageLargerThanTheBrokerTakesIsRefusedWithTopicAndSize() {
    TestingSubscriber live = TestingSubscriber.on(vertx, port);
    BrokerPublisher publisher = publisher(with(Fixtures.broker(port), BrokerKind.PLAIN, 100));
    Await.result(publisher.connect());
    Topic topic = new Topic("home/large", 1, false);
    Future<Void> refused = publisher.send(topic, Buffer.buffer(new byte[101]));
    assertEquals(
        "home/large not sent: 101 bytes are more than max-payload 100",
        String.valueOf(refused.cause().getMessage()));
    assertFalse(publisher.offer(topic, Buffer.buffer(new byte[101])));
    assertEquals(2, metrics.count("voltbus_mqtt_oversized_total"));
    Await.result(publisher.send(topic, Buffer.buffer(new byte[100])));
    assertEquals(100, live.await("home/large").payload().length());
    assertEquals(0, metrics.count("reconnects_total"));
  }

  // AWS does not acknowledge QoS 2: the message would be underway for ever.
  @Test
  void qosIsTheHighestThatTheKindOfBrokerTakes() {
    TestingSubscriber live = TestingSubscriber.on(vertx, port);
    Publisher publisher = publisher(with(Fixtures.broker(port), BrokerKind.AWS, 1000));
    Await.result(publisher.connect());
    Await.result(publisher.publishRegister(voltage(), 2, false));
    assertEquals(1, live.await(VOLTAGE).qos());
  }

  // Another process may hold the lease by now and have sent something newer.
  @Test
  void nothingIsWrittenWithoutAValidLease() {
    AtomicBoolean holds = new AtomicBoolean(true);
    BrokerPublisher publisher = publisher(Fixtures.broker(port), holds::get);
    Await.result(publisher.connect());
    holds.set(false);
    assertTrue(publisher.publishRegister(voltage(), 0, null).failed());
    assertFalse(publisher.offer(new Topic(VOLTAGE, 0, false), Buffer.buffer("{}")));
    assertEquals(2, metrics.count("publish_failures_total"));
    Await.result(publisher.disconnect());
  }

  @Test
  void aConnectionThatIsGivenUpEndsItsPromise() {
    Publisher publisher = publisher(Fixtures.broker(1));
    Future<Void> connected = publisher.connect();
    Await.result(publisher.disconnect());
    assertTrue(connected.failed());
  }

  @Test
  void newSettingsNeedAClosedConnection() {
    Publisher publisher = publisher(Fixtures.broker(1));
    publisher.configure(Fixtures.broker(port));
    Await.result(publisher.connect());
    assertThrows(IllegalStateException.class, () -> publisher.configure(Fixtures.broker(port)));
    Await.result(publisher.disconnect());
    publisher.configure(Fixtures.broker(port).withClientId("other"));
    Await.result(publisher.connect());
    assertTrue(publisher.isConnected());
    Await.result(publisher.disconnect());
  }
}
