package dev.voltbus.deploy;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.PayloadBytes;
import dev.voltbus.contract.Publication;
import dev.voltbus.mqtt.MqttVerticle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Says how large the payloads of a publication can be, and which of them somebody does not take.
///
/// @param sizes by topic; of those that are not there nothing limits the length
record PayloadReport(Publication publication, Map<String, PayloadBytes> sizes) {
  /// Buffer of many clients on small boards, such as an ESP; they drop what is larger.
  private static final int SMALL_CLIENT = 1024;

  /// @param devices the site's devices
  static PayloadReport of(Publication publication, List<Device> devices) {
    return new PayloadReport(publication, MqttVerticle.payloads(publication, devices));
  }

  /// A topic with the size of its payload, and with a warning where that is large.
  String line(String topic) {
    @Nullable PayloadBytes size = sizes.get(topic);
    if (size == null) {
      return topic;
    }
    String exact = size.least() == size.most() ? "" : "at most ";
    return topic + " (" + exact + bytes(size.most()) + warning(size.most()) + ")";
  }

  private String warning(int most) {
    if (most > broker().maxPayload()) {
      return ": more than " + limit();
    }
    return most > SMALL_CLIENT
        ? ": more than the " + number(SMALL_CLIENT) + " that small clients take"
        : "";
  }

  /// The topics that the broker is never sent as they are meant to be, a sentence each.
  List<String> refused() {
    return sizes.entrySet().stream()
        .filter(each -> each.getValue().least() > broker().maxPayload())
        .map(each -> refused(each.getKey(), each.getValue()))
        .toList();
  }

  private String refused(String topic, PayloadBytes size) {
    return "publication "
        + publication.name()
        + ": "
        + topic
        + " takes "
        + (size.least() == size.most() ? "" : "at least ")
        + bytes(size.least())
        + (size.least() == size.most() ? "" : " with all its values")
        + ", more than "
        + limit();
  }

  private String limit() {
    return "max-payload " + number(broker().maxPayload()) + " of broker " + broker().name();
  }

  private BrokerSettings broker() {
    return publication.broker();
  }

  private static String bytes(int count) {
    return number(count) + " bytes";
  }

  private static String number(int number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
