package dev.voltbus.deploy;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Site;
import dev.voltbus.mqtt.MqttVerticle;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Says how large the payloads of a publication are, and which of them somebody does not take.
///
/// @param sizes bytes by topic
record PayloadReport(Publication publication, Map<String, Integer> sizes) {
  /// Buffer of many clients on small boards, such as an ESP; they drop what is larger.
  private static final int SMALL_CLIENT = 1024;

  static PayloadReport of(Publication publication, Site site) {
    return new PayloadReport(
        publication, MqttVerticle.payloads(publication, site.devices(), site.control()));
  }

  /// A topic with the size of its payload, and with a warning where that is large.
  String line(String topic) {
    @Nullable Integer size = sizes.get(topic);
    return size == null
        ? topic
        : topic + " (about " + number(size) + " bytes" + warning(size) + ")";
  }

  private String warning(int bytes) {
    BrokerSettings broker = publication.broker();
    if (bytes > broker.maxPayload()) {
      return ": not sent if more than max-payload "
          + number(broker.maxPayload())
          + " of broker "
          + broker.name();
    }
    return bytes > SMALL_CLIENT
        ? ": more than the " + number(SMALL_CLIENT) + " that small clients take"
        : "";
  }

  private static String number(int number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
