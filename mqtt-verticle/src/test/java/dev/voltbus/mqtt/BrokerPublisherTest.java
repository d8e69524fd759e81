package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
