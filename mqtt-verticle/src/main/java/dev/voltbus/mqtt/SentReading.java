package dev.voltbus.mqtt;

import dev.voltbus.contract.TopicContract.Timing;

/// Remembers which reading a topic showed last, for topics that send each reading once.
final class SentReading {
  private final Timing timing;
  private final boolean isKeptByBroker;
  private long sentReadAt = FieldPlan.NEVER;

  SentReading(Timing timing, Topic topic) {
    this.timing = timing;
    this.isKeptByBroker = topic.retain();
  }

  /// @param readAt the newest reading among the values shown, or `NEVER`
  boolean isDue(long readAt) {
    return !timing.needsReading() || (readAt != FieldPlan.NEVER && readAt != sentReadAt);
  }

  void sent(long readAt) {
    sentReadAt = readAt;
  }

  /// What the broker does not keep was delivered, or is too old to be told now.
  void forget() {
    if (isKeptByBroker) {
      sentReadAt = FieldPlan.NEVER;
    }
  }
}
