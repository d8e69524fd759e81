package dev.voltbus.deploy;

import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.TopicRule;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What a contract file says.
///
/// @param contract the topic contract
/// @param cleanPrefix whether a prefix is brought into the form of the topic suffixes
record ContractType(TopicContract contract, boolean cleanPrefix) {

  /// Options a publication may switch on.
  List<String> options() {
    return rules(JsonArrayTopic.class).map(JsonArrayTopic::option).distinct().toList();
  }

  /// Names of the fields that a publication may bind.
  List<String> fields() {
    return rules(JsonObjectTopic.class)
        .flatMap(rule -> rule.fields().stream())
        .map(TopicContract.Field::name)
        .distinct()
        .toList();
  }

  /// The rule for a topic per value, if the contract has one.
  Optional<PerValue> perValue() {
    return rules(PerValue.class).findFirst();
  }

  private <T extends TopicRule> Stream<T> rules(Class<T> kind) {
    return contract.topics().stream().filter(kind::isInstance).map(kind::cast);
  }
}
