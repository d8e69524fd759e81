package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Publication;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What an earlier configuration has left at the broker goes away, and nothing else.
class RetainedTopicsTest extends BrokerBehaviour {
  private static final Set<String> BOTH = Set.of(Publication.CELL_VOLTAGES, Fixtures.DISCOVERY);

  private Map<String, String> retained() {
    return TestingSubscriber.kept(vertx(), brokerPort());
  }

  /// A run with all its entities that has come to its end.
  private void announced(Publication publication) {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = kept(publication);
    gateway.publish(Snapshots.charging().build());
    subscriber.await("homeassistant/sensor/BE/cell_voltage2/config");
    subscriber.await("BE/status");
    gateway.stop();
    subscriber.close();
  }

  private static boolean isOfFirst(String topic) {
    return topic.startsWith("BE/") || topic.contains("/BE/");
  }

  // The site file is changed while the gateway is down: nobody else would ever clear these.
  @Test
  void whatAnEarlierPrefixLeftIsClearedAfterARestart() {
    announced(Fixtures.discovered(broker()));
    TestingGateway gateway =
        kept(Fixtures.with(Fixtures.discovered(broker()), "BE2", BOTH, Map.of()));
    Await.until(() -> retained().keySet().stream().noneMatch(RetainedTopicsTest::isOfFirst));
    assertTrue(retained().containsKey("BE2/status"), retained().toString());
    Await.until(() -> gateway.metrics().count("retained_cleared_total") == 6);
    gateway.stop();
  }

  @Test
  void entitiesAreClearedWhereDiscoveryWasSwitchedOff() {
    announced(Fixtures.discovered(broker()));
    TestingGateway gateway = kept(Fixtures.dbe(broker()));
    Await.until(
        () -> retained().keySet().stream().noneMatch(topic -> topic.startsWith("homeassistant/")));
    assertTrue(retained().containsKey("BE/status"));
    gateway.stop();
  }

  @Test
  void aPublicationThatIsNoMoreIsClearedByAnotherOfItsBroker() {
    announced(Fixtures.discovered(broker()));
    TestingGateway gateway = kept(Fixtures.tinybms(broker()));
    Await.until(() -> retained().keySet().stream().noneMatch(RetainedTopicsTest::isOfFirst));
    gateway.stop();
  }

  // It must not clear at each start what another publication has taken over.
  @Test
  void aPrefixThatMovedToAnotherPublicationIsLeftAlone() {
    announced(Fixtures.discovered(broker()));
    TestingSubscriber subscriber = subscriber();
    Publication first = Fixtures.with(Fixtures.dbe(broker(), OFTEN), "X", Set.of(), Map.of());
    TestingGateway gateway =
        kept(
            Fixtures.named("first", first),
            Fixtures.named("second", Fixtures.discovered(broker())));
    gateway.publish(Snapshots.charging().build());
    for (int i = 0; i < 5; i++) {
      subscriber.await("X/status", "online");
    }
    gateway.stop();
    List<Heard> ofSecond =
        subscriber.heard().stream()
            .filter(heard -> !heard.retained() && isOfFirst(heard.topic()))
            .toList();
    assertTrue(ofSecond.stream().anyMatch(heard -> heard.topic().endsWith("voltage2/config")));
    assertTrue(ofSecond.stream().noneMatch(heard -> heard.payload().isEmpty()));
  }

  // Home Assistant deletes what is cleared, with its name, room and automations.
  @Test
  void entitiesStayWhileTheirDeviceIsNotHeardAfterARestart() {
    announced(Fixtures.discovered(broker()));
    Map<String, String> before = retained();
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = kept(Fixtures.discovered(broker()));
    subscriber.await("homeassistant/button/BE/PAUSE/config");
    subscriber.await("BE/status", "online");
    Await.result(proxy().breakAll());
    subscriber.await("BE/status", "online");
    subscriber.await("homeassistant/button/BE/PAUSE/config");
    assertEquals(before.keySet(), retained().keySet());
    assertTrue(subscriber.heard().stream().noneMatch(heard -> heard.payload().isEmpty()));
    gateway.stop();
  }

  // A broker that was away when the configuration changed is cleared when it is back.
  @Test
  void clearingWaitsForTheBroker() {
    announced(Fixtures.discovered(broker()));
    Await.result(proxy().close());
    TestingGateway gateway =
        kept(Fixtures.with(Fixtures.discovered(broker()), "BE2", BOTH, Map.of()));
    assertTrue(retained().keySet().stream().anyMatch(RetainedTopicsTest::isOfFirst));
    gateway.stop();
    Await.result(proxy().open());
    TestingGateway next = kept(Fixtures.with(Fixtures.discovered(broker()), "BE2", BOTH, Map.of()));
    Await.until(() -> retained().keySet().stream().noneMatch(RetainedTopicsTest::isOfFirst));
    next.stop();
  }
}
