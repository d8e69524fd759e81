package dev.voltbus.deploy;

import dev.voltbus.contract.Discovery;
import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.AlarmTopic;
import dev.voltbus.contract.TopicContract.EventTopic;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.MessageTopic;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.PlainTopic;
import dev.voltbus.contract.TopicContract.TopicRule;
import dev.voltbus.contract.VenusService;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What a contract file says.
///
/// @param contract the topic contract
/// @param cleanPrefix whether a prefix is brought into the form of the topic suffixes
/// @param interval interval of a publication that names none
/// @param usualOptions options that are on unless a publication switches them off
record ContractType(
    TopicContract contract, boolean cleanPrefix, Duration interval, Set<String> usualOptions) {
  static final Duration INTERVAL = Duration.ofSeconds(5);

  ContractType {
    usualOptions = Set.copyOf(usualOptions);
  }

  /// Options a publication may switch on or off.
  List<String> options() {
    return Stream.of(
            rules(JsonArrayTopic.class).map(JsonArrayTopic::option),
            allFields().flatMap(field -> Stream.ofNullable(field.negatedWith())),
            Stream.ofNullable(contract.discovery()).map(Discovery::option))
        .flatMap(options -> options)
        .distinct()
        .toList();
  }

  private Stream<TopicContract.Field> allFields() {
    return contract.topics().stream()
        .flatMap(rule ->
            switch (rule) {
              case JsonObjectTopic object -> object.fields().stream();
              case PlainTopic plain -> Stream.of(plain.field());
              case PerValue perValue -> Stream.of();
              case JsonArrayTopic array -> Stream.of();
              case AlarmTopic alarm -> Stream.of();
              case MessageTopic message -> Stream.of();
              case EventTopic events -> Stream.of();
              case VenusService venus -> Stream.of();
            });
  }

  /// Names of the fields that a publication may bind.
  List<String> fields() {
    return allFields()
        .filter(field -> field.shows() == TopicContract.Field.Shows.VALUE)
        .map(TopicContract.Field::bindingName)
        .distinct()
        .toList();
  }

  /// The rule for a topic per value, if the contract has one.
  Optional<PerValue> perValue() {
    return rules(PerValue.class).findFirst();
  }

  /// Whether its devices are services of Venus OS.
  boolean isVenus() {
    return rules(VenusService.class).findAny().isPresent();
  }

  private <T extends TopicRule> Stream<T> rules(Class<T> kind) {
    return contract.topics().stream().filter(kind::isInstance).map(kind::cast);
  }
}
