package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Publication;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// How large `voltbus check` says that payloads are.
class PayloadSizesTest {
  private static final BrokerSettings BROKER = BrokerSettings.at("local", "127.0.0.1", 1883);
  private static final List<Device> DEVICES = List.of(Fixtures.device());

  private static int size(Publication publication, String topic) {
    return Objects.requireNonNull(
        MqttVerticle.payloads(publication, DEVICES, null).get(topic), topic);
  }

  // {"cell_voltages":[6.554,6.554,6.554]}: a word of 0.1 mV is 6.5535 V at most.
  @Test
  void everyCellOfTheRegisterMapIsCounted() {
    assertEquals(37, size(Fixtures.dbe(BROKER), "BE/spec_data"));
  }

  @Test
  void statusIsAsLongAsItsLongerWord() {
    assertEquals("offline".length(), size(Fixtures.dbe(BROKER), "BE/status"));
  }

  // Whoever sizes a buffer by it must not be wrong by much.
  @Test
  void anOrdinaryMessageIsAlmostAsLong() {
    for (Publication publication :
        List.of(Fixtures.dbe(BROKER), Fixtures.tinybms(BROKER.withQos(1, false)))) {
      Map<String, Integer> sizes = MqttVerticle.payloads(publication, DEVICES, null);
      int[] all = new int[2];
      PublicationRenderer renderer =
          new PublicationRenderer(
              publication,
              (topic, payload) -> {
                int said = Objects.requireNonNull(sizes.get(topic.name()), topic.name());
                assertTrue(payload.length() <= said, () -> topic + " " + said + ": " + payload);
                all[0] += payload.length();
                all[1] += said;
                return true;
              },
              new EventBook(new StandingTime()),
              complaint -> {});
      renderer.accept(Snapshots.charging().received(0));
      renderer.reportValues(new Moment(0, Snapshots.READ_AT));
      renderer.sendIntervalTopics(new Moment(0, Snapshots.READ_AT));
      assertTrue(all[0] > 0 && all[1] < all[0] * 2, all[0] + " bytes, said were " + all[1]);
    }
  }

  @Test
  void entitiesHaveTheSizeOfTheirMessages() {
    Publication publication = Fixtures.discovered(BROKER);
    assertEquals(
        "{\"name\":\"SOC\",\"unique_id\":\"BE_SOC\"}".length(),
        size(publication, "homeassistant/sensor/BE/SOC/config"));
    assertEquals(
        "{\"value_template\":\"{{ value_json.cell_voltages[2] }}\"}".length(),
        size(publication, "homeassistant/sensor/BE/cell_voltageN/config"));
  }

  @Test
  void whatTellsOfSomethingHasNoSize() {
    assertTrue(
        MqttVerticle.topics(Fixtures.dbe(BROKER), DEVICES, null).contains("BE/command/result"));
    assertEquals(
        Set.of("BE/status", "BE/info", "BE/spec_data"),
        MqttVerticle.payloads(Fixtures.dbe(BROKER), DEVICES, null).keySet());
  }
}
