package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Discovery;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.PublicationReply;
import dev.voltbus.contract.PublicationRequest;
import dev.voltbus.contract.QualityReason;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The two forms of Home Assistant's discovery, and how entities move from one to the other, as a
/// client of the broker sees it.
class DiscoveryFormTest extends BrokerBehaviour {
  private static final String DEVICE = "homeassistant/device/battery/config";
  private static final String MIGRATE = "{\"migrate_discovery\":true}";
  private static final Set<String> SINGLE =
      Set.of(
          "homeassistant/sensor/BE/SOC/config",
          "homeassistant/sensor/BE/cell_voltage1/config",
          "homeassistant/sensor/BE/cell_voltage2/config",
          "homeassistant/button/BE/PAUSE/config");

  /// The register map has three cells, of which the battery has two.
  private static final Set<String> POSSIBLE =
      Stream.concat(SINGLE.stream(), Stream.of("homeassistant/sensor/BE/cell_voltage3/config"))
          .collect(Collectors.toUnmodifiableSet());

  private Publication single() {
    return Fixtures.told(broker(), Discovery.Form.SINGLE);
  }

  private Publication byDevice() {
    return Fixtures.told(broker(), Discovery.Form.DEVICE);
  }

  /// A run that has told all entities.
  private void ran(Publication publication, Set<String> topics) {
    TestingGateway gateway = kept(publication);
    gateway.publish(Snapshots.charging().build());
    Await.until(() -> retained().keySet().containsAll(topics) && isWhole(retained()));
    gateway.stop();
  }

  private static boolean isWhole(Map<String, String> retained) {
    String device = retained.get(DEVICE);
    return device == null || device.contains("cell_voltage2");
  }

  /// What the broker keeps for Home Assistant, by topic.
  private Map<String, String> retained() {
    Map<String, String> kept = TestingSubscriber.kept(vertx(), brokerPort());
    kept.keySet().removeIf(topic -> !topic.startsWith("homeassistant/"));
    return kept;
  }

  @Test
  void oneMessageTellsAllEntitiesOfADevice() {
    ran(byDevice(), Set.of(DEVICE));
    assertEquals(Set.of(DEVICE), retained().keySet());
    JsonObject message = new JsonObject(retained().get(DEVICE));
    assertEquals(
        Set.of("device", "origin", "components", "availability_topic"), message.fieldNames());
    assertEquals("BE/status", message.getString("availability_topic"));
    assertEquals("Voltbus", message.getJsonObject("origin").getString("name"));
    JsonObject components = message.getJsonObject("components");
    assertEquals(
        Set.of("sensor_SOC", "sensor_cell_voltage1", "sensor_cell_voltage2", "button_PAUSE"),
        components.fieldNames());
    assertEquals(
        new JsonObject().put("platform", "sensor").put("name", "SOC").put("unique_id", "BE_SOC"),
        components.getJsonObject("sensor_SOC"));
  }

  @Test
  void anAnswerToARequestCountsEntitiesNotMessages() {
    TestingGateway gateway = kept(byDevice());
    gateway.publish(Snapshots.charging().build());
    Await.until(() -> retained().containsKey(DEVICE) && isWhole(retained()));
    assertEquals(4, answer().entities());
    gateway.stop();
  }

  // Emptied first, the entities would be deleted with their names, rooms and history.
  @Test
  void entitiesMoveIntoTheMessageOfTheirDevice() {
    ran(single(), SINGLE);
    List<Heard> moving = moved(byDevice(), Set.of(DEVICE));
    assertEquals(POSSIBLE, topics(moving, MIGRATE));
    assertEquals(POSSIBLE, topics(moving, ""));
    int whole = index(moving, DEVICE, "cell_voltage2");
    for (String topic : SINGLE) {
      assertTrue(index(moving, topic, MIGRATE) < index(moving, DEVICE, "{"), moving::toString);
      assertTrue(index(moving, topic, "") > whole, moving::toString);
    }
  }

  @Test
  void entitiesMoveBackIntoMessagesOfTheirOwn() {
    ran(byDevice(), Set.of(DEVICE));
    List<Heard> moving = moved(single(), SINGLE);
    assertEquals(Set.of(DEVICE), topics(moving, MIGRATE));
    int gone = index(moving, DEVICE, "");
    for (String topic : SINGLE) {
      assertTrue(index(moving, topic, "{") > index(moving, DEVICE, MIGRATE), moving::toString);
      assertTrue(index(moving, topic, "{") < gone, moving::toString);
    }
  }

  /// What a client hears while entities move.
  private List<Heard> moved(Publication to, Set<String> topics) {
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = kept(to);
    gateway.publish(Snapshots.charging().build());
    Await.until(() -> retained().keySet().equals(topics));
    gateway.stop();
    subscriber.await("BE/status", "offline"); // as it was before
    subscriber.await("BE/status", "offline");
    return subscriber.heard().stream()
        .filter(heard -> heard.topic().startsWith("homeassistant/") && !heard.retained())
        .toList();
  }

  private static Set<String> topics(List<Heard> heard, String payload) {
    List<String> topics = new ArrayList<>();
    heard.stream()
        .filter(message -> message.payload().equals(payload))
        .forEach(message -> topics.add(message.topic()));
    return Set.copyOf(topics);
  }

  /// The first message on a topic that has a text in it, or is empty.
  private static int index(List<Heard> heard, String topic, String text) {
    for (int i = 0; i < heard.size(); i++) {
      String payload = heard.get(i).payload();
      boolean fits = text.isEmpty() ? payload.isEmpty() : payload.contains(text);
      if (heard.get(i).topic().equals(topic) && fits) {
        return i;
      }
    }
    throw new AssertionError(topic + " with '" + text + "' not in " + heard);
  }

  // Home Assistant would lose the cells of a battery that sleeps while the form changes.
  @Test
  void movingWaitsForTheDevice() {
    ran(single(), SINGLE);
    TestingSubscriber subscriber = subscriber();
    TestingGateway gateway = kept(byDevice());
    for (int i = 0; i < 4; i++) {
      subscriber.await(message -> message.topic().equals("BE/status") && !message.retained());
    }
    SINGLE.forEach(topic -> assertEquals(MIGRATE, retained().get(topic)));
    gateway.publish(Snapshots.charging().build());
    Await.until(() -> retained().keySet().equals(Set.of(DEVICE)));
    gateway.stop();
  }

  // Left out of the message, it would stay in Home Assistant for ever.
  @Test
  void anEntityThatWentIsTakenOutOfTheMessage() {
    ran(byDevice(), Set.of(DEVICE));
    Publication fewer = Fixtures.with(byDevice(), "BE", Set.of(Fixtures.DISCOVERY), Map.of());
    TestingGateway gateway = kept(fewer);
    gateway.publish(Snapshots.charging().build());
    Await.until(() -> isTakenOut("sensor_cell_voltage1") && isTakenOut("sensor_cell_voltage2"));
    Await.until(() -> !noted().contains("cell_voltage1"));
    gateway.stop();
    TestingGateway next = kept(fewer);
    Await.until(() -> !retained().get(DEVICE).contains("cell_voltage"));
    assertFalse(noted().contains("cell_voltage"));
    next.stop();
  }

  // The battery was replaced by one with fewer cells: a person says so by asking.
  @ParameterizedTest
  @EnumSource
  void cellsThatAreAbsentGoOnRequest(Discovery.Form form) {
    Publication publication = Fixtures.told(broker(), form);
    ran(publication, form == Discovery.Form.DEVICE ? Set.of(DEVICE) : SINGLE);
    TestingGateway gateway = kept(publication);
    heardOneCell(gateway, QualityReason.SENSOR_ABSENT);
    assertEquals(3, answer().entities());
    Await.until(() -> {
      Map<String, String> retained = retained();
      return !retained.containsKey("homeassistant/sensor/BE/cell_voltage2/config")
          && (form == Discovery.Form.SINGLE || isTakenOut("sensor_cell_voltage2"));
    });
    assertTrue(retained().toString().contains("cell_voltage1"), retained().toString());
    gateway.stop();
  }

  // Its sensor may be back in a minute; Home Assistant would have deleted it.
  @Test
  void cellsThatAreOnlyNotReadStayOnRequest() {
    ran(single(), SINGLE);
    TestingGateway gateway = kept(single());
    heardOneCell(gateway, QualityReason.NO_ANSWER);
    TestingSubscriber subscriber = subscriber();
    assertEquals(PublicationReply.Outcome.ACCEPTED, answer().outcome());
    subscriber.await(
        heard -> heard.topic().equals("homeassistant/button/BE/PAUSE/config") && !heard.retained());
    for (int i = 0; i < 3; i++) {
      subscriber.await(heard -> heard.topic().equals("BE/status") && !heard.retained());
    }
    assertEquals(SINGLE, retained().keySet());
    gateway.stop();
  }

  private PublicationReply answer() {
    return Asking.of(bus(), "dbe").ask(PublicationRequest.Action.DISCOVER);
  }

  private void heardOneCell(TestingGateway gateway, QualityReason second) {
    TestingSubscriber subscriber = subscriber();
    gateway.publish(Snapshots.charging().bad("cell_voltage_2", second).build());
    subscriber.await("BE/spec_data", "{\"cell_voltages\":[3.301]}");
    subscriber.await("BE/spec_data", "{\"cell_voltages\":[3.301]}");
    subscriber.close();
  }

  private boolean isTakenOut(String key) {
    JsonObject components =
        new JsonObject(retained().getOrDefault(DEVICE, "{}"))
            .getJsonObject("components", new JsonObject());
    return new JsonObject().put("platform", "sensor").equals(components.getJsonObject(key));
  }

  private String noted() {
    Set<String> topics =
        Await.result(
            new Manifest(vertx(), state(), "test")
                .read(Set.of(RetainedTopics.place(single(), Fixtures.site(single())))));
    return topics.toString();
  }
}
