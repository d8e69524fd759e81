package dev.voltbus.deploy;

import dev.voltbus.contract.BrokerKind;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Publication;
import dev.voltbus.mqtt.MqttVerticle;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Holds what a publication would send against what its broker takes.
final class BrokerFit {

  private final BrokerKind kind;

  BrokerFit(BrokerKind kind) {
    this.kind = kind;
  }

  /// Adds a fault for each thing that the broker does not take.
  void check(Section section, Publication publication, List<Device> devices) {
    if (kind == BrokerKind.PLAIN) {
      return;
    }
    checkQos(section, publication);
    List<String> refused =
        Stream.concat(
                MqttVerticle.topics(publication, devices, null).stream(),
                MqttVerticle.entities(publication, devices, null).stream())
            .flatMap(topic -> fault(topic).stream())
            .toList();
    if (!refused.isEmpty()) {
      String more =
          refused.size() == 1 ? "" : "; " + (refused.size() - 1) + " more topics do not fit either";
      section.fault(section.has("prefix") ? "prefix" : "contract", refused.getFirst() + more);
    }
  }

  private void checkQos(Section section, Publication publication) {
    publication
        .overrides()
        .byKey()
        .forEach((key, override) -> {
          @Nullable Integer qos = override.qos();
          if (qos != null && qos > kind.mostQos()) {
            section
                .section("overrides")
                .section(key)
                .fault("qos", qos + " is more than the " + kind.mostQos() + " " + takes());
          }
        });
  }

  private Optional<String> fault(String topic) {
    long slashes = topic.chars().filter(character -> character == '/').count();
    int bytes = topic.getBytes(StandardCharsets.UTF_8).length;
    if (slashes > kind.mostSlashes()) {
      return Optional.of(
          "topic `" + topic + "` has " + slashes + " slashes, more than the " + slashesTaken());
    }
    return bytes > kind.longestTopic()
        ? Optional.of(
            "topic `"
                + topic
                + "` has "
                + bytes
                + " bytes, more than the "
                + kind.longestTopic()
                + " "
                + takes())
        : Optional.empty();
  }

  private String slashesTaken() {
    return kind.mostSlashes() + " " + takes();
  }

  private String takes() {
    return "that " + kind.label() + " takes";
  }
}
