package dev.voltbus.mqtt;

import dev.voltbus.contract.TimeSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttClientOptions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads what a connection needs, secrets from their files included, beside the event loop: a disk
/// or a share that hangs must not hold up anything else. One reading at a time, so that attempt
/// after attempt does not use up the workers. To be used on one event loop.
final class SettingsReader {
  private final Vertx vertx;
  private final TimeSource time;
  private final ConnectionSettings settings;
  private @Nullable Future<MqttClientOptions> reading;

  SettingsReader(Vertx vertx, TimeSource time, ConnectionSettings settings) {
    this.vertx = vertx;
    this.time = time;
    this.settings = settings;
  }

  /// The options as the files are now; those of the reading underway where there is one.
  Future<MqttClientOptions> read() {
    @Nullable Future<MqttClientOptions> underway = reading;
    if (underway != null && !underway.isComplete()) {
      return underway;
    }
    Future<MqttClientOptions> fresh =
        vertx
            .executeBlocking(() -> ClientSettings.of(settings, time), false)
            .map(options -> Objects.requireNonNull(options));
    reading = fresh;
    return fresh;
  }
}
