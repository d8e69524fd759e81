package dev.voltbus.mqtt;

import dev.voltbus.contract.ReceivedSnapshot;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A topic that is rendered from the newest snapshots at each interval.
sealed interface IntervalTopic
    permits ObjectTopic, ArrayTopic, PlainMessage, AlarmMessage, EventMessages {

  /// Name of its rule in the contract.
  String name();

  /// Where it is sent.
  Topic topic();

  /// Its own interval, or null for the publication's.
  default @Nullable Duration every() {
    return null;
  }

  /// Whether its last turn in an interval of its own came to nothing, so that it is due with the
  /// publication's next one.
  default boolean isOwed() {
    return false;
  }

  /// Whether it can show something of the devices known so far.
  ///
  /// @param field field of the topic, null for the topic itself
  boolean canShow(@Nullable String field);

  /// Whether it is looked at with each snapshot too.
  default boolean followsReadings() {
    return false;
  }

  /// Whether there is nothing to say before a device was heard of.
  default boolean needsDevice() {
    return true;
  }

  /// Whether it shows values, not what happens in the gateway.
  default boolean isTelemetry() {
    return true;
  }

  /// Makes it due although nothing was read since, as after a new connection.
  default void forget() {}

  /// Renders and sends it, or does nothing if there is nothing to show.
  void send(Map<String, ReceivedSnapshot> snapshots, Moment now, JsonText out, Outlet outlet);
}
