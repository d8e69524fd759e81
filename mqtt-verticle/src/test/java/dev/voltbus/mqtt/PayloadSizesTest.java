package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.PayloadBytes;
import dev.voltbus.contract.Presentation;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.SnapshotLayout;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// How large `voltbus check` says that payloads become.
class PayloadSizesTest {
  private static final BrokerSettings BROKER = BrokerSettings.at("local", "127.0.0.1", 1883);
  private static final List<Device> DEVICES = List.of(Fixtures.device());
  private static final int POLLS = 500;

  private final Random random = new Random(7);

  private static PayloadBytes size(Publication publication, String topic) {
    return Objects.requireNonNull(MqttVerticle.payloads(publication, DEVICES).get(topic), topic);
  }

  // {"cell_voltages":[6.554,6.554,6.554]}: a word of 0.1 mV is 6.5535 V at most.
  @Test
  void everyCellOfTheRegisterMapIsCounted() {
    assertEquals(new PayloadBytes(37, 37), size(Fixtures.dbe(BROKER), "BE/spec_data"));
  }

  @Test
  void statusIsAsLongAsItsLongerWord() {
    assertEquals(
        new PayloadBytes("online".length(), "offline".length()),
        size(Fixtures.dbe(BROKER), "BE/status"));
  }

  // Whoever sizes a buffer by it must not be wrong by a byte.
  @Test
  void noReadingMakesAMessageLongerThanSaid() {
    for (Publication publication :
        List.of(Fixtures.dbe(BROKER), Fixtures.tinybms(BROKER.withQos(1, false)))) {
      Map<String, PayloadBytes> sizes = MqttVerticle.payloads(publication, DEVICES);
      Set<String> seen = new HashSet<>();
      PublicationRenderer renderer =
          new PublicationRenderer(
              publication,
              (topic, payload) -> {
                PayloadBytes size = Objects.requireNonNull(sizes.get(topic.name()), topic.name());
                assertTrue(payload.length() <= size.most(), () -> size + " but " + payload);
                seen.add(topic.name());
                return false;
              },
              new EventBook(new StandingTime()),
              complaint -> {});
      for (int poll = 0; poll < POLLS; poll++) {
        renderer.accept(anything().received(0));
        renderer.reportValues(new Moment(0, Snapshots.READ_AT));
        renderer.sendIntervalTopics(new Moment(0, Snapshots.READ_AT));
      }
      assertTrue(seen.size() > 1, seen::toString);
    }
  }

  /// A poll of random words, many of them at the ends.
  private Snapshots anything() {
    Snapshots values = new Snapshots(Fixtures.pack());
    SnapshotLayout layout = SnapshotLayout.of(Fixtures.pack());
    for (int i = 0; i < layout.size(); i++) {
      RegisterSpec spec = layout.spec(i);
      RegisterCodec codec = layout.codec(i);
      if (codec == null) {
        double value = spec.key().equals("pack_power_w") ? -2_147_385.345 : 3;
        values.good(spec.key(), value, spec.key().equals("system_state") ? 65_535 : (long) value);
      } else if (codec.wire().type().isText()) {
        values.text(spec.key(), random.nextBoolean() ? "\"\"\"\"\"\"\"\"" : "");
      } else {
        short[] words = new short[codec.wire().words()];
        for (int word = 0; word < words.length; word++) {
          words[word] = (short) (random.nextBoolean() ? random.nextInt() : random.nextInt(-9, 9));
        }
        long raw = codec.raw(words, 0);
        values.good(spec.key(), codec.value(raw), raw);
      }
    }
    return values;
  }

  @Test
  void namesOfAllBitsAtOnceAreCounted() {
    Presentation names = Presentation.NONE.withTexts(Map.of(0L, "over", 7L, "hot", 15L, "under"));
    RegisterMap map =
        new RegisterMap(
            "alarms",
            List.of(
                RegisterSpec.of("alarms", WireSource.holding(7, WireType.BITS))
                    .withPresentation(names)),
            Fixtures.pack().groups(),
            ReadLimits.MODBUS);
    List<Integer> sent = new ArrayList<>();
    PublicationRenderer renderer =
        new PublicationRenderer(
            Fixtures.tinybms(BROKER),
            (topic, payload) -> sent.add(payload.length()),
            new EventBook(new StandingTime()),
            complaint -> {});
    renderer.accept(new Snapshots(map).good("alarms", 65_535, 65_535).received(0));
    renderer.reportValues(new Moment(0, Snapshots.READ_AT));
    List<Device> devices = List.of(new Device(Fixtures.DEVICE, "link", 1, map));
    assertEquals(
        sent,
        MqttVerticle.payloads(Fixtures.tinybms(BROKER), devices).values().stream()
            .map(PayloadBytes::most)
            .toList());
  }

  @Test
  void entitiesHaveTheSizeOfTheirMessages() {
    Publication publication = Fixtures.discovered(BROKER);
    assertEquals(
        PayloadBytes.exactly("{\"name\":\"SOC\",\"unique_id\":\"BE_SOC\"}".length()),
        size(publication, "homeassistant/sensor/BE/SOC/config"));
    assertEquals(
        PayloadBytes.exactly("{\"value_template\":\"{{ value_json.cell_voltages[2] }}\"}".length()),
        size(publication, "homeassistant/sensor/BE/cell_voltageN/config"));
  }

  @Test
  void whatNothingLimitsHasNoSize() {
    assertTrue(MqttVerticle.topics(Fixtures.dbe(BROKER), DEVICES).contains("BE/command/result"));
    assertEquals(
        Set.of("BE/status", "BE/info", "BE/spec_data"),
        MqttVerticle.payloads(Fixtures.dbe(BROKER), DEVICES).keySet());
  }
}
