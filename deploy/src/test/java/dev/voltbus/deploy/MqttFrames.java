package dev.voltbus.deploy;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// Cuts the bytes of one direction of an MQTT 3.1.1 connection into control packets (sections 2.2,
/// 3.3 and 3.4 of the standard).
final class MqttFrames {
  static final int PUBLISH = 3;
  static final int PUBACK = 4;
  static final int PUBCOMP = 7;

  private final Consumer<Buffer> each;
  private Buffer rest = Buffer.buffer();

  MqttFrames(Consumer<Buffer> each) {
    this.each = each;
  }

  void accept(Buffer bytes) {
    Buffer all = rest.length() == 0 ? bytes : rest.appendBuffer(bytes);
    int from = 0;
    int length = length(all, from);
    while (length > 0 && from + length <= all.length()) {
      each.accept(all.slice(from, from + length));
      from += length;
      length = length(all, from);
    }
    rest = all.getBuffer(from, all.length());
  }

  /// Length of the packet that begins here with its head; 0 while that is not known.
  private static int length(Buffer all, int from) {
    int remaining = 0;
    for (int i = 1; i <= 4 && from + i < all.length(); i++) {
      int digit = all.getUnsignedByte(from + i);
      remaining |= (digit & 0x7F) << (7 * (i - 1));
      if (digit < 0x80) {
        return 1 + i + remaining;
      }
    }
    return 0;
  }

  static int type(Buffer frame) {
    return frame.getUnsignedByte(0) >> 4;
  }

  static int qos(Buffer frame) {
    return frame.getUnsignedByte(0) >> 1 & 3;
  }

  /// Of a PUBLISH with QoS 1 or 2, or of its answer.
  static int packetId(Buffer frame) {
    int body = body(frame);
    return type(frame) == PUBLISH
        ? frame.getUnsignedShort(body + 2 + frame.getUnsignedShort(body))
        : frame.getUnsignedShort(body);
  }

  static Message message(Buffer publish) {
    int topic = body(publish) + 2;
    int topicEnd = topic + publish.getUnsignedShort(topic - 2);
    int payload = topicEnd + (qos(publish) > 0 ? 2 : 0);
    return new Message(
        publish.getString(topic, topicEnd, StandardCharsets.UTF_8.name()),
        publish.getString(payload, publish.length(), StandardCharsets.UTF_8.name()));
  }

  private static int body(Buffer frame) {
    int at = 1;
    while (frame.getUnsignedByte(at) >= 0x80) {
      at++;
    }
    return at + 1;
  }
}
