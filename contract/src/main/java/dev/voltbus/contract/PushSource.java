package dev.voltbus.contract;

import java.util.List;

/// Where a device without Modbus has its values from: what somebody publishes about it at a broker.
///
/// @param broker settings with the client id of the connection that listens
/// @param topic topic of the JSON object; a plain value stands on a level of its own below it
/// @param timeField field of the JSON object with the time of the reading, empty for none
/// @param values what is taken from there
public record PushSource(
    BrokerSettings broker, String topic, String timeField, List<Value> values) {

  /// One value and where it stands.
  ///
  /// @param key register key
  /// @param from field of the JSON object, or the level below the topic
  /// @param isPlain whether it is a plain text on a topic of its own
  public record Value(String key, String from, boolean isPlain) {}

  public PushSource {
    values = List.copyOf(values);
  }

  /// The topics to listen on, each once.
  public List<String> topics() {
    return values.stream().map(this::topic).distinct().toList();
  }

  /// The topic a value comes on.
  public String topic(Value value) {
    return value.isPlain() ? topic + "/" + value.from() : topic;
  }
}
