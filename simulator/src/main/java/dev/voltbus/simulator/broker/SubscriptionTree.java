package dev.voltbus.simulator.broker;

import io.netty.handler.codec.mqtt.MqttQoS;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who wants which topics: one node for each level of each filter.
final class SubscriptionTree {

  private final Node root = new Node();

  /// A second subscription with the same filter replaces the first (MQTT 3.1.1, 3.8.4).
  void put(String filter, Session session, MqttQoS qos) {
    Node node = root;
    for (String level : Topics.levels(filter)) {
      node = node.children.computeIfAbsent(level, unused -> new Node());
    }
    node.sessions.put(session, qos);
  }

  void remove(String filter, Session session) {
    remove(root, Topics.levels(filter), 0, session);
  }

  /// The sessions to be served, each once, with the granted quality of service. Where filters of
  /// one session overlap, the most specific one counts, as in mosquitto: literal before `+` before
  /// `#`.
  Map<Session, MqttQoS> match(String topic) {
    Map<Session, MqttQoS> found = new LinkedHashMap<>();
    String[] levels = Topics.levels(topic);
    if (Topics.isHidden(topic)) {
      descend(root.children.get(levels[0]), levels, 0, found);
    } else {
      collect(root, levels, 0, found);
    }
    return found;
  }

  private static void collect(Node node, String[] levels, int i, Map<Session, MqttQoS> found) {
    if (i < levels.length) {
      descend(node.children.get(levels[i]), levels, i, found);
      descend(node.children.get(Topics.ONE_LEVEL), levels, i, found);
    }
    Node below = node.children.get(Topics.ALL_BELOW);
    if (below != null) {
      below.sessions.forEach(found::putIfAbsent);
    }
  }

  private static void descend(
      @Nullable Node child, String[] levels, int i, Map<Session, MqttQoS> found) {
    if (child == null) {
      return;
    }
    collect(child, levels, i + 1, found);
    if (i == levels.length - 1) {
      child.sessions.forEach(found::putIfAbsent);
    }
  }

  /// Branches without subscribers go too, so that short-lived filters leave nothing behind.
  private static void remove(Node node, String[] levels, int i, Session session) {
    if (i == levels.length) {
      node.sessions.remove(session);
      return;
    }
    Node child = node.children.get(levels[i]);
    if (child == null) {
      return;
    }
    remove(child, levels, i + 1, session);
    if (child.sessions.isEmpty() && child.children.isEmpty()) {
      node.children.remove(levels[i]);
    }
  }

  private static final class Node {
    private final Map<String, Node> children = new HashMap<>();
    private final Map<Session, MqttQoS> sessions = new LinkedHashMap<>();
  }
}
