package dev.voltbus.mqtt;

import dev.voltbus.contract.ReceivedSnapshot;
import java.util.Map;

/// A topic that is rendered from the newest snapshots at each interval.
sealed interface IntervalTopic permits ObjectTopic, ArrayTopic {

  /// Renders and sends it, or does nothing if there is nothing to show.
  void send(Map<String, ReceivedSnapshot> snapshots, long nowNanos, JsonText out, Outlet outlet);
}
