package dev.voltbus.mqtt;

/// A message that could not be brought to the broker, or a connection that ended.
final class MqttFailure extends Exception {
  private static final long serialVersionUID = 1;

  MqttFailure(String message) {
    super(message, null, false, false);
  }
}
