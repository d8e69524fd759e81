package dev.voltbus.simulator.broker;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/// What a broker can send to a client (MQTT 3.1.1, chapter 3).
sealed interface MqttPacket {

  record ConnAck(boolean sessionPresent, int code) implements MqttPacket {}

  record Publish(String topic, Buffer payload, int qos, boolean dup, boolean retain, int id)
      implements MqttPacket {

    String text() {
      return payload.toString(StandardCharsets.UTF_8);
    }

    /// All that two brokers must agree on; packet ids are the broker's own choice.
    String brief() {
      return "%s=%s q%d%s%s"
          .formatted(topic, text(), qos, retain ? " retain" : "", dup ? " dup" : "");
    }
  }

  record PubAck(int id) implements MqttPacket {}

  record PubRec(int id) implements MqttPacket {}

  record PubRel(int id) implements MqttPacket {}

  record PubComp(int id) implements MqttPacket {}

  record SubAck(int id, List<Integer> codes) implements MqttPacket {}

  record UnsubAck(int id) implements MqttPacket {}

  record PingResp() implements MqttPacket {}

  static MqttPacket decode(int header, Buffer body) {
    return switch (header >> 4) {
      case 2 -> new ConnAck(body.getByte(0) == 1, body.getUnsignedByte(1));
      case 3 -> publish(header & 0x0F, body);
      case 4 -> new PubAck(body.getUnsignedShort(0));
      case 5 -> new PubRec(body.getUnsignedShort(0));
      case 6 -> new PubRel(body.getUnsignedShort(0));
      case 7 -> new PubComp(body.getUnsignedShort(0));
      case 9 -> new SubAck(body.getUnsignedShort(0), codes(body));
      case 11 -> new UnsubAck(body.getUnsignedShort(0));
      case 13 -> new PingResp();
      default ->
          throw new IllegalArgumentException("packet type " + (header >> 4) + " from broker");
    };
  }

  private static Publish publish(int flags, Buffer body) {
    int qos = flags >> 1 & 3;
    int topicEnd = 2 + body.getUnsignedShort(0);
    String topic = body.getString(2, topicEnd);
    int id = qos == 0 ? 0 : body.getUnsignedShort(topicEnd);
    Buffer payload = body.getBuffer(qos == 0 ? topicEnd : topicEnd + 2, body.length());
    return new Publish(topic, payload, qos, (flags & 8) != 0, (flags & 1) != 0, id);
  }

  private static List<Integer> codes(Buffer body) {
    return IntStream.range(2, body.length()).mapToObj(i -> (int) body.getUnsignedByte(i)).toList();
  }
}
