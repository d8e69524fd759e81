package dev.voltbus.mqtt;

import dev.voltbus.contract.CommandRequest.Delivery;
import dev.voltbus.contract.TimeSource;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Takes what Azure IoT Hub sends to a device: a command's name is its property `command`.
///
/// The hub stores such messages while the device is away, for an hour unless their sender says
/// otherwise, and hands them over as soon as it is back, whatever session it asks for. A command
/// that comes so early may be of any age: the owner of the control refuses it.
final class HubInbox {
  static final Duration DOUBTFUL = Duration.ofSeconds(5);

  private static final String COMMAND = "command";

  private final TimeSource time;
  private final CommandIntake intake;
  private @Nullable Long onlineNanos;

  HubInbox(TimeSource time, CommandIntake intake) {
    this.time = time;
    this.intake = intake;
  }

  void online() {
    onlineNanos = time.monotonicNanos();
  }

  void offline() {
    onlineNanos = null;
  }

  void accept(MqttPublishMessage message) {
    String name = HubTopics.property(message.topicName(), COMMAND).orElse("");
    intake.accept(message.payload(), name, mayHaveWaited() ? Delivery.QUEUED : Delivery.LIVE);
  }

  private boolean mayHaveWaited() {
    @Nullable Long since = onlineNanos;
    return since == null || time.monotonicNanos() - since < DOUBTFUL.toNanos();
  }
}
