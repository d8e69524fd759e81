package dev.voltbus.simulator.broker;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.buffer.Buffer;

/// An application message on its way through the broker. One payload buffer is shared by all its
/// receivers and never changed after it has been read from the publisher.
///
/// @param retain as received: "keep it"; as delivered: "this was kept, it is not live"
record Message(String topic, Buffer payload, MqttQoS qos, boolean retain) {

  Message {
    if (!Topics.isValidTopic(topic)) {
      throw new IllegalArgumentException(
          "topic '" + topic + "' is empty, too long or contains + or #");
    }
  }

  /// The copy one subscriber gets: the lower of both qualities of service (MQTT 3.1.1, 3.8.4).
  Message deliveredWith(MqttQoS granted, boolean retained) {
    MqttQoS lower = granted.value() < qos.value() ? granted : qos;
    return new Message(topic, payload, lower, retained);
  }

  int size() {
    return topic.length() + payload.length();
  }
}
