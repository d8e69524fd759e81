package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerKind;
import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Publication;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The topics of one device at Azure IoT Hub, which has no others: all that is sent goes to one
/// topic, and what it is stands in properties behind that (a property bag).
///
/// @param device device id
/// @param prefix topic prefix of the publication, which `source` goes without
/// @param site what systems outside call the site
record HubTopics(String device, String prefix, String site) {
  private static final String INBOUND = "/messages/devicebound/";
  private static final String SYSTEM_PROPERTIES = "&$.ct=application%2Fjson&$.ce=utf-8";

  /// The topics of a publication's connection, or null if its broker is no such hub.
  ///
  /// @param broker settings with this connection's client id
  static @Nullable HubTopics of(Publication publication, BrokerSettings broker) {
    return broker.kind() == BrokerKind.AZURE
        ? new HubTopics(broker.clientId(), publication.prefix(), publication.site())
        : null;
  }

  /// The same message as the hub takes it. It keeps nothing retained.
  Topic events(Topic topic) {
    return new Topic(events(topic.name()), topic.qos(), false, topic.isEvery());
  }

  String events(String topic) {
    return "devices/"
        + device
        + "/messages/events/source="
        + PercentText.encoded(source(topic))
        + "&site="
        + PercentText.encoded(site)
        + SYSTEM_PROPERTIES;
  }

  private String source(String topic) {
    return topic.startsWith(prefix + "/") ? topic.substring(prefix.length() + 1) : topic;
  }

  /// Filter of what is sent to the device.
  String inbound() {
    return "devices/" + device + INBOUND + "#";
  }

  /// A property of a message that was sent to the device; the first of several with that name.
  static Optional<String> property(String topic, String name) {
    int begin = topic.indexOf(INBOUND);
    if (begin < 0) {
      return Optional.empty();
    }
    return Arrays.stream(topic.substring(begin + INBOUND.length()).split("&"))
        .map(property -> property.split("=", 2))
        .filter(parts -> parts.length == 2 && decoded(parts[0]).equals(name))
        .findFirst()
        .map(parts -> decoded(parts[1]));
  }

  /// What is badly encoded is taken as it stands: it is the name of nothing.
  private static String decoded(String part) {
    try {
      return PercentText.decoded(part);
    } catch (IllegalArgumentException e) {
      return part;
    }
  }
}
