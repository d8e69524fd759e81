package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.TopicContract.Override;
import dev.voltbus.contract.TopicContract.Sending;
import dev.voltbus.contract.TopicContract.StatusTopic;
import dev.voltbus.contract.TopicContract.TopicRule;
import org.jspecify.annotations.Nullable;

/// A topic with all that is needed to send to it.
///
/// @param qos 0..2
/// @param isEvery whether each message must arrive, else only the newest
record Topic(String name, int qos, boolean retain, boolean isEvery) {

  /// A topic of which only the newest message counts.
  Topic(String name, int qos, boolean retain) {
    this(name, qos, retain, false);
  }

  /// A topic of a contract: what the publication overrides wins over the contract, the contract
  /// over the broker's default.
  static Topic of(String name, Sending sending, Override override, BrokerSettings broker) {
    Topic topic =
        new Topic(name, broker.defaultQos(), broker.retainByDefault())
            .with(sending.qos(), sending.retain())
            .with(override.qos(), override.retain());
    return new Topic(name, topic.qos, topic.retain, sending.mustArrive(override, broker));
  }

  static Topic of(StatusTopic status, Publication publication) {
    return new Topic(named(status.topic(), publication), status.qos(), status.retain());
  }

  /// A topic that is not per value.
  static Topic of(TopicRule rule, Publication publication) {
    return of(
        named(rule.topic(), publication), rule.sending(), Override.NONE, publication.broker());
  }

  /// The topic sent another way; null leaves a part as it is, and false switches retain off.
  Topic with(@Nullable Integer otherQos, @Nullable Boolean otherRetain) {
    return new Topic(
        name,
        otherQos == null ? qos : otherQos,
        otherRetain == null ? retain : otherRetain,
        isEvery);
  }

  static String named(String pattern, Publication publication) {
    return named(pattern, publication, "");
  }

  /// Fills `{prefix}`, `{client}` and `{suffix}`; an empty prefix takes its slash along.
  static String named(String pattern, Publication publication, String suffix) {
    String prefix = publication.prefix();
    String prefixed =
        prefix.isEmpty()
            ? pattern.replace("{prefix}/", "").replace("{prefix}", "")
            : pattern.replace("{prefix}", prefix);
    return prefixed
        .replace("{client}", publication.broker().clientId())
        .replace("{suffix}", suffix);
  }
}
