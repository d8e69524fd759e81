package dev.voltbus.simulator.broker;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The last retained message of each topic. Filters are looked up by going through all topics: a
/// subscription is rare, and a demo has hundreds of topics, not millions.
final class RetainedMessages {

  private final Map<String, Message> byTopic = new LinkedHashMap<>();
  private final int limit;

  RetainedMessages(int limit) {
    this.limit = limit;
  }

  /// An empty payload clears the topic (MQTT 3.1.1, 3.3.1.3).
  ///
  /// @return false if the store is full and the topic is new, so the message was not kept
  boolean keep(Message message) {
    if (message.payload().length() == 0) {
      byTopic.remove(message.topic());
      return true;
    }
    if (byTopic.size() >= limit && !byTopic.containsKey(message.topic())) {
      return false;
    }
    byTopic.put(message.topic(), message);
    return true;
  }

  Optional<Message> at(String topic) {
    return Optional.ofNullable(byTopic.get(topic));
  }

  List<Message> matching(String filter) {
    return byTopic.values().stream()
        .filter(message -> Topics.matches(filter, message.topic()))
        .toList();
  }
}
