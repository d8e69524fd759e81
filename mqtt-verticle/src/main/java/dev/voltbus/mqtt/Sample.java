package dev.voltbus.mqtt;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/// A message as it waits in an outbox: QoS (1 byte), length of the topic (2 bytes), topic, payload.
record Sample(Topic topic, Buffer payload) {
  private static final int HEAD = 3;

  Buffer toBytes() {
    byte[] name = topic.name().getBytes(StandardCharsets.UTF_8);
    return Buffer.buffer(HEAD + name.length + payload.length())
        .appendByte((byte) topic.qos())
        .appendUnsignedShort(name.length)
        .appendBytes(name)
        .appendBuffer(payload);
  }

  /// @throws IllegalArgumentException if the bytes are none of `toBytes`
  static Sample of(Buffer bytes) {
    int topicEnd = bytes.length() < HEAD ? HEAD : HEAD + bytes.getUnsignedShort(1);
    if (bytes.length() < topicEnd || bytes.getByte(0) < 0 || bytes.getByte(0) > 2) {
      throw new IllegalArgumentException(bytes.length() + " bytes are no sample");
    }
    String name = bytes.getString(HEAD, topicEnd);
    Topic topic = new Topic(name, bytes.getByte(0), false, true);
    return new Sample(topic, bytes.getBuffer(topicEnd, bytes.length()));
  }
}
