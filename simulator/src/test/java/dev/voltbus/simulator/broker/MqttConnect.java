package dev.voltbus.simulator.broker;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/// The CONNECT packet of a test client.
record MqttConnect(
    String clientId,
    boolean clean,
    int keepAliveSeconds,
    @Nullable Will will,
    @Nullable String username,
    @Nullable String password) {

  record Will(String topic, String payload, int qos, boolean retain) {}

  /// A client without a memory.
  static MqttConnect clean(String clientId) {
    return new MqttConnect(clientId, true, 60, null, null, null);
  }

  /// A client whose session outlives its connections.
  static MqttConnect persistent(String clientId) {
    return new MqttConnect(clientId, false, 60, null, null, null);
  }

  MqttConnect withWill(String topic, String payload, int qos, boolean retain) {
    Will newWill = new Will(topic, payload, qos, retain);
    return new MqttConnect(clientId, clean, keepAliveSeconds, newWill, username, password);
  }

  MqttConnect withKeepAlive(int seconds) {
    return new MqttConnect(clientId, clean, seconds, will, username, password);
  }

  MqttConnect as(String user, String secret) {
    return new MqttConnect(clientId, clean, keepAliveSeconds, will, user, secret);
  }

  Buffer encode() {
    Buffer body = TestingMqttSocket.appendText(Buffer.buffer(), "MQTT").appendByte((byte) 4);
    body.appendUnsignedByte((short) flags()).appendUnsignedShort(keepAliveSeconds);
    TestingMqttSocket.appendText(body, clientId);
    if (will != null) {
      TestingMqttSocket.appendText(body, will.topic());
      TestingMqttSocket.appendText(body, will.payload());
    }
    if (username != null && password != null) {
      TestingMqttSocket.appendText(body, username);
      TestingMqttSocket.appendText(body, password);
    }
    return TestingMqttSocket.packet(0x10, body);
  }

  private int flags() {
    int flags = clean ? 0x02 : 0;
    if (will != null) {
      flags |= 0x04 | will.qos() << 3 | (will.retain() ? 0x20 : 0);
    }
    return username == null ? flags : flags | 0xC0;
  }
}
