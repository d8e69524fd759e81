package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.RegisterValue;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/// Publishes register values to a broker (names after contract tinybms section 1).
interface Publisher {

  /// Takes new settings; they count from the next `connect`.
  ///
  /// @throws IllegalStateException while connecting or connected
  void configure(BrokerSettings settings);

  /// Connects, and from then on again by itself after each loss.
  ///
  /// @return completes when the broker has accepted for the first time, however long that takes;
  ///   fails if `disconnect` comes first
  Future<Void> connect();

  /// Ends the connection after the farewell message, if there is one. Always succeeds.
  Future<Void> disconnect();

  /// Publishes a value on its topic. There is no queue: while offline this fails and is counted.
  ///
  /// @param qosOverride 0..2, or null for what contract, publication or broker say
  /// @param retainOverride false switches retain off too; null for what they say
  /// @return completes when the message is written (QoS 0) or acknowledged
  Future<Void> publishRegister(
      RegisterValue value, @Nullable Integer qosOverride, @Nullable Boolean retainOverride);

  boolean isConnected();
}
