package dev.voltbus.simulator.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What ours has and mosquitto has not: the hooks for tests, and our own bounds.
@Timeout(60)
final class MqttBrokerTest {

  private static final BrokerOptions ANY_PORT = BrokerOptions.at("127.0.0.1", 0);

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void defaultsAreTheDocumentedOnes() {
    assertEquals(
        new BrokerOptions.Limits(262_144, 20, 1000, 16_777_216, 4_194_304, 100_000, 10_000),
        ANY_PORT.limits());
  }

  @Test
  void thePasswordIsInNoTextForm() {
    assertFalse(ANY_PORT.withCredentials("user", "secret").toString().contains("secret"));
  }

  @Test
  void optionsOutOfRangeAreNamed() {
    IllegalArgumentException port =
        assertThrows(IllegalArgumentException.class, () -> BrokerOptions.at("127.0.0.1", 65_536));
    assertEquals("broker port 65536 is outside 0..65535", port.getMessage());
    IllegalArgumentException limit =
        assertThrows(
            IllegalArgumentException.class, () -> new BrokerOptions.Limits(1, 1, 0, 1, 1, 1, 1));
    assertEquals("broker limit queued is 0, below 1", limit.getMessage());
  }

  @Test
  void aTakenPortFailsTheStart() {
    MqttBroker first = start(ANY_PORT);
    BrokerOptions taken = BrokerOptions.at("127.0.0.1", first.port());
    assertThrows(BindException.class, () -> MqttBroker.start(vertx, taken).await());
  }

  @Test
  void connectionsAndRetainedMessagesCanBeAskedFor() throws IOException {
    MqttBroker broker = start(ANY_PORT);
    assertEquals(0, broker.connections().await());
    try (TestingMqttSocket client = connect(broker, "client")) {
      client.retain("a", "1");
      assertEquals(1, broker.connections().await());
      client.disconnect();
    }
    assertEquals(0, broker.connections().await());
    assertEquals(Optional.of(Buffer.buffer("1")), broker.retained("a").await());
    assertEquals(Optional.empty(), broker.retained("b").await());
  }

  @Test
  void aDroppedClientCanComeBackAtOnceAndItsWillIsOut() throws IOException {
    MqttBroker broker = start(ANY_PORT);
    MqttConnect connect = MqttConnect.clean("client").withWill("status", "offline", 1, true);
    TestingMqttSocket client = TestingMqttSocket.connect(broker.port(), connect);
    broker.dropConnections().await();

    client.awaitEnd();
    assertEquals(Optional.of(Buffer.buffer("offline")), broker.retained("status").await());
    connect(broker, "client").ping();
    client.close();
  }

  /// A gateway's reconnect is tested with it.
  @Test
  void anUnreachableBrokerRefusesAndRemembers() throws IOException {
    MqttBroker broker = start(ANY_PORT);
    MqttConnect connect = MqttConnect.persistent("client");
    TestingMqttSocket client = TestingMqttSocket.connect(broker.port(), connect);
    client.retain("a", "1");
    broker.becomeUnreachable().await();
    client.awaitEnd();
    assertThrows(ConnectException.class, () -> TestingMqttSocket.open(broker.port()));

    broker.becomeReachable().await();
    try (TestingMqttSocket again = TestingMqttSocket.open(broker.port())) {
      again.send(connect.encode());
      assertTrue(again.await(MqttPacket.ConnAck.class).sessionPresent());
    }
    assertEquals(Optional.of(Buffer.buffer("1")), broker.retained("a").await());
    client.close();
  }

  @Test
  void becomingReachableTwiceIsHarmless() throws IOException {
    MqttBroker broker = start(ANY_PORT);
    broker.becomeReachable().await();
    broker.becomeUnreachable().await();
    broker.becomeUnreachable().await();
    broker.becomeReachable().await();
    connect(broker, "client").ping();
  }

  @Test
  void aStoppedBrokerRefusesConnections() {
    MqttBroker broker = start(ANY_PORT);
    broker.stop().await();
    assertThrows(ConnectException.class, () -> TestingMqttSocket.open(broker.port()));
  }

  /// The client library that the product uses.
  @Test
  void theVertxClientPublishesAndReceives() {
    MqttBroker broker = start(ANY_PORT.withCredentials("user", "secret"));
    MqttClientOptions login = new MqttClientOptions().setUsername("user").setPassword("secret");
    MqttClient client = MqttClient.create(vertx, login);
    Promise<String> seen = Promise.promise();
    client.publishHandler(message -> seen.tryComplete(message.payload().toString()));
    client.connect(broker.port(), "127.0.0.1").await();
    client.subscribe("BE/#", 2).await();
    client.publish("BE/info", Buffer.buffer("{}"), MqttQoS.EXACTLY_ONCE, false, true).await();

    assertEquals("{}", seen.future().await());
    client.disconnect().await();
  }

  /// A client that reads nothing must cost bounded memory, and nobody else any message.
  @Test
  void aSlowClientLosesMessagesAndOthersDoNot() throws IOException {
    MqttBroker broker = start(ANY_PORT);
    TestingMqttSocket slow = connect(broker, "slow");
    slow.subscribe(0, "a");
    TestingMqttSocket reader = connect(broker, "reader");
    reader.subscribe(0, "a");
    TestingMqttSocket publisher = connect(broker, "publisher");
    Buffer payload = Buffer.buffer(new byte[200_000]);
    int sent = 0;
    while (broker.dropped().await() == 0 && sent < 1000) {
      publisher.publish("a", payload, 1, false);
      reader.await(MqttPacket.Publish.class);
      sent++;
    }
    assertTrue(broker.dropped().await() > 0, "nothing dropped after " + sent + " messages");
    for (long i = broker.dropped().await(); i < sent; i++) {
      slow.await(MqttPacket.Publish.class);
    }
    assertEquals(List.of(), slow.drain());
  }

  @Test
  void aFullQueueIsCounted() throws IOException {
    BrokerOptions.Limits two = new BrokerOptions.Limits(1000, 1, 2, 1000, 1000, 1000, 1000);
    MqttBroker broker = start(ANY_PORT.withLimits(two));
    TestingMqttSocket sleeper =
        TestingMqttSocket.connect(broker.port(), MqttConnect.persistent("sleeper"));
    sleeper.subscribe(1, "a");
    sleeper.disconnect();
    TestingMqttSocket publisher = connect(broker, "publisher");
    for (int i = 0; i < 5; i++) {
      publisher.publish("a", "" + i, 1);
    }
    assertEquals(3, broker.dropped().await());
  }

  @Test
  void fullStoresRefuseWhatIsNewAndKeepWhatIsThere() throws IOException {
    BrokerOptions.Limits one = new BrokerOptions.Limits(1000, 1, 1, 1000, 1000, 1, 1);
    MqttBroker broker = start(ANY_PORT.withLimits(one));
    TestingMqttSocket client = connect(broker, "client");
    client.retain("a", "1");
    client.retain("b", "1");
    client.retain("a", "2");
    assertEquals(Optional.of(Buffer.buffer("2")), broker.retained("a").await());
    assertEquals(Optional.empty(), broker.retained("b").await());

    try (TestingMqttSocket second = TestingMqttSocket.open(broker.port())) {
      second.send(MqttConnect.clean("second").encode());
      assertEquals(3, second.await(MqttPacket.ConnAck.class).code());
    }
  }

  private MqttBroker start(BrokerOptions options) {
    return MqttBroker.start(vertx, options).await();
  }

  private static TestingMqttSocket connect(MqttBroker broker, String clientId) throws IOException {
    return TestingMqttSocket.connect(broker.port(), MqttConnect.clean(clientId));
  }
}
