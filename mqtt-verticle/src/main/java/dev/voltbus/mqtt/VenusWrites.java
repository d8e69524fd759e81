package dev.voltbus.mqtt;

import dev.voltbus.contract.Publication;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes Venus OS write requests, `W/{portal}/...`. No path can be written: each is refused,
/// counted, and named in the log when it is the first of its topic.
final class VenusWrites {
  private static final Logger LOG = LoggerFactory.getLogger(VenusWrites.class);
  private static final int MOST_NAMED = 20;
  private static final int LONGEST_SHOWN = 120;

  private final String label;
  private final VenusTally tally;
  private final Set<String> named = new HashSet<>();

  VenusWrites(Publication publication, VenusTally tally) {
    this.label =
        "mqtt broker=" + publication.broker().name() + " publication=" + publication.name();
    this.tally = tally;
  }

  /// What a publication's command connection listens to.
  static Optional<String> filter(Publication publication) {
    return VenusPortal.isIn(publication)
        ? Optional.of("W/" + publication.prefix() + "/#")
        : Optional.empty();
  }

  void accept(MqttPublishMessage message) {
    tally.count("write-refused");
    String topic = shown(message.topicName());
    String retained = message.isRetain() ? " (retained)" : "";
    if (named.size() < MOST_NAMED && named.add(topic)) {
      LOG.warn("{} write to {}{} refused: no path can be written", label, topic, retained);
    } else {
      LOG.debug("{} write to {}{} refused", label, topic, retained);
    }
  }

  /// A topic from outside as it may stand in a log.
  static String shown(String topic) {
    String text = JsonText.escaped(topic);
    return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
  }
}
