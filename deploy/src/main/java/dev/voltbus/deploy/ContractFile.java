package dev.voltbus.deploy;

import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.EventTopic;
import dev.voltbus.contract.TopicContract.Field;
import dev.voltbus.contract.TopicContract.PerValue;
import dev.voltbus.contract.TopicContract.PlainTopic;
import dev.voltbus.contract.TopicContract.Reporting;
import dev.voltbus.contract.TopicContract.Sending;
import dev.voltbus.contract.TopicContract.StatusTopic;
import dev.voltbus.contract.TopicContract.Timing;
import dev.voltbus.contract.TopicContract.TopicRule;
import dev.voltbus.contract.VenusService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads a contract file, such as `config/contracts/tinybms.yaml`, that its schema has accepted.
final class ContractFile {
  static final Duration LEAST_INTERVAL = Duration.ofMillis(100);
  static final Duration LONGEST_SILENCE = Duration.ofHours(24);
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^}]*)}?");

  private final Section root;
  private final Map<String, Integer> topicLines = new HashMap<>();

  private ContractFile(Section root) {
    this.root = root;
  }

  /// What the file says, or nothing after a fault was added.
  static Optional<ContractType> read(Section root, String name) {
    return new ContractFile(root).read(name);
  }

  private Optional<ContractType> read(String name) {
    int before = root.faults().count();
    if (!root.text("contract").equals(name)) {
      root.fault(
          "contract", "must be `" + name + "` like the file, not `" + root.text("contract") + "`");
    }
    @Nullable StatusTopic status = root.has("status") ? status(root.section("status")) : null;
    List<TopicRule> topics = topics();
    @Nullable String commandTopic = commandTopic();
    TopicContract contract =
        new TopicContract(
            name,
            root.text("prefix"),
            root.text("client-id"),
            root.has("keepalive-seconds")
                ? Duration.ofSeconds(root.whole("keepalive-seconds", 0))
                : null,
            status,
            topics,
            commandTopic,
            root.section("commands").texts("names"),
            root.has("discovery")
                ? DiscoveryRows.read(
                    root.section("discovery"), topics, root.section("commands").texts("names"))
                : null,
            root.section("commands").whole("per-ampere", 1));
    return root.faults().count() > before
        ? Optional.empty()
        : Optional.of(
            new ContractType(
                contract,
                root.flag("clean-prefix", false),
                root.duration("interval", ContractType.INTERVAL, LEAST_INTERVAL, LONGEST_SILENCE),
                usualOptions()));
  }

  /// Options that are on in a publication that does not say.
  private Set<String> usualOptions() {
    Set<String> usual = new HashSet<>();
    root.list("topics").stream()
        .filter(topic -> topic.flag("default", false))
        .forEach(topic -> usual.add(topic.text("option")));
    Section discovery = root.section("discovery");
    if (root.has("discovery") && discovery.flag("default", true)) {
      usual.add(discovery.text("option", "discovery"));
    }
    return usual;
  }

  private StatusTopic status(Section status) {
    checkTopic(status, false);
    return new StatusTopic(
        status.text("topic"),
        status.text("online", "online"),
        status.text("offline", "offline"),
        status.whole("qos", 1),
        status.flag("retain", true),
        repeat(status),
        status.whole("online-qos", status.whole("qos", 1)),
        status.flag("online-retain", status.flag("retain", true)));
  }

  private static @Nullable Duration repeat(Section status) {
    return switch (status.text("repeat", "interval")) {
      case "interval" -> Duration.ZERO;
      case "never" -> null;
      default -> status.duration("repeat", Duration.ZERO, Duration.ofSeconds(1), LONGEST_SILENCE);
    };
  }

  private @Nullable String commandTopic() {
    Section commands = root.section("commands");
    if (!root.has("commands")) {
      return null;
    }
    checkPlaceholders(commands, false);
    Set<String> seen = new HashSet<>();
    List<String> names = commands.texts("names");
    for (int i = 0; i < names.size(); i++) {
      if (!seen.add(names.get(i))) {
        commands.fault("names", i, "command `" + names.get(i) + "` is given twice");
      }
    }
    return commands.text("topic");
  }

  private List<TopicRule> topics() {
    List<TopicRule> rules = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> nameless = new HashSet<>();
    for (Section topic : root.list("topics")) {
      String kind = topic.text("kind");
      boolean hasName = !kind.equals("per-value") && !kind.equals("venus");
      if (!hasName && !nameless.add(kind)) {
        topic.fault("kind", "a contract has at most one topic of kind " + kind);
      }
      if (hasName && !names.add(topic.text("name"))) {
        topic.fault("name", "name `" + topic.text("name") + "` is used twice");
      }
      rules.addAll(rules(topic));
    }
    return rules;
  }

  /// The rules of a topic: one, or one for each battery that has a topic of its own.
  private List<TopicRule> rules(Section topic) {
    if (topic.text("kind").equals("venus")) {
      return List.of(venus(topic));
    }
    checkTopic(topic, topic.text("kind").equals("per-value"));
    Sending sending =
        new Sending(
            topic.wholeOrNull("qos"),
            topic.flagOrNull("retain"),
            topic.text("delivery", "latest").equals("every"));
    return switch (topic.text("kind")) {
      case "per-value" ->
          reporting(topic, Reporting.ON_CHANGE)
              .<TopicRule>map(reporting -> new PerValue(topic.text("topic"), sending, reporting))
              .stream()
              .toList();
      case "json-object" -> BatteryRows.objects(topic, sending, timing(topic), fields(topic));
      case "events" -> List.of(new EventTopic(topic.text("name"), topic.text("topic"), sending));
      case "message" -> List.of(MessageRow.read(topic, sending));
      case "alarm" ->
          AlarmRow.read(topic, sending).<TopicRule>map(alarm -> alarm).stream().toList();
      case "plain" ->
          List.of(
              new PlainTopic(
                  topic.text("name"),
                  topic.text("topic"),
                  sending,
                  timing(topic),
                  FieldRow.read(topic)));
      default -> BatteryRows.arrays(topic, sending, timing(topic).every());
    };
  }

  private VenusService venus(Section topic) {
    if (root.has("commands")) {
      root.fault("commands", "a contract with a topic of kind venus has none: it has W topics");
    }
    return VenusRows.read(topic);
  }

  /// Reporting from the keys `report`, `dead-band` and `longest-silence`.
  static Optional<Reporting> reporting(Section section, Reporting otherwise) {
    Duration silence =
        section.duration(
            "longest-silence", otherwise.longestSilence(), Duration.ofMillis(100), LONGEST_SILENCE);
    return section.make(() ->
        new Reporting(
            section.has("report") ? section.text("report").equals("change") : otherwise.onChange(),
            section.has("dead-band")
                ? section.node().get("dead-band").doubleValue()
                : otherwise.deadBand(),
            silence));
  }

  private List<Field> fields(Section topic) {
    List<Field> fields = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Section field : topic.list("fields")) {
      if (!names.add(field.text("name"))) {
        field.fault("name", "field `" + field.text("name") + "` is given twice");
      }
      fields.add(FieldRow.read(field));
    }
    return fields;
  }

  private static Timing timing(Section topic) {
    @Nullable Duration every =
        topic.has("every")
            ? topic.duration("every", Duration.ZERO, LEAST_INTERVAL, LONGEST_SILENCE)
            : null;
    return new Timing(topic.text("when", "interval").equals("reading"), every);
  }

  private void checkTopic(Section section, boolean perValue) {
    checkPlaceholders(section, perValue);
    Integer first =
        topicLines.putIfAbsent(section.text("topic"), section.tree().line(section.pointer()));
    if (first != null) {
      section.fault(
          "topic", "topic `" + section.text("topic") + "` is used twice, first in line " + first);
    }
  }

  private static void checkPlaceholders(Section section, boolean perValue) {
    String topic = section.text("topic");
    List<String> known =
        perValue
            ? List.of("{prefix}", "{client}", "{suffix}")
            : section.has("batteries")
                ? List.of("{prefix}", "{client}", BatteryRows.SUFFIX)
                : List.of("{prefix}", "{client}");
    Matcher matcher = PLACEHOLDER.matcher(topic);
    while (matcher.find()) {
      if (!known.contains(matcher.group())) {
        section.fault(
            "topic", "`" + matcher.group() + "` is not one of " + String.join(", ", known));
      }
    }
    if (perValue && !topic.contains("{suffix}")) {
      section.fault("topic", "must contain {suffix}, or all values would share one topic");
    }
  }
}
