package dev.voltbus.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.voltbus.contract.Discovery;
import dev.voltbus.contract.Discovery.Command;
import dev.voltbus.contract.Discovery.Controlled;
import dev.voltbus.contract.Discovery.EachItem;
import dev.voltbus.contract.Discovery.Entity;
import dev.voltbus.contract.Discovery.Needs;
import dev.voltbus.contract.Discovery.ShownField;
import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.EventTopic;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.PlainTopic;
import dev.voltbus.contract.TopicContract.TopicRule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads the `discovery` section of a topic contract: groups of Home Assistant entities. The keys
/// of an entity are its own, then those of its group, then those common to all; a key that is null
/// is left out.
final class DiscoveryRows {
  private static final Set<String> PLACES =
      Set.of(
          "{discovery}",
          "{prefix}",
          "{prefix-lower}",
          "{prefix-id}",
          "{-prefix-id}",
          "{client}",
          "{client-id}",
          "{client-slug}",
          "{site}",
          "{id}",
          "{id-lower}",
          "{n}",
          "{n-1}",
          "{max-charge}",
          "{max-discharge}",
          "{step-charge}",
          "{step-discharge}",
          BatteryRows.SUFFIX,
          BatteryRows.WORD);

  /// A word in braces, but not Home Assistant's own `{{ value_json.SOC }}`.
  private static final Pattern PLACE = Pattern.compile("\\{[a-z_ -][a-z0-9-]*}");

  private final Section section;
  private final List<TopicRule> topics;
  private final List<String> commands;
  private final Set<String> configTopics = new HashSet<>();
  private final List<Entity> entities = new ArrayList<>();

  private DiscoveryRows(Section section, List<TopicRule> topics, List<String> commands) {
    this.section = section;
    this.topics = topics;
    this.commands = commands;
  }

  /// @param topics topics of the contract without fault
  /// @param commands names of the contract's commands
  static Discovery read(Section section, List<TopicRule> topics, List<String> commands) {
    return new DiscoveryRows(section, topics, commands).read();
  }

  private Discovery read() {
    section.list("groups").forEach(this::addGroup);
    return new Discovery(
        section.text("option", "discovery"),
        section.text("birth-topic", "{discovery}/status"),
        section.whole("qos", 0),
        entities);
  }

  private void addGroup(Section group) {
    for (int battery = 0; battery < BatteryRows.batteries(group); battery++) {
      addGroup(group, battery);
    }
  }

  private void addGroup(Section group, int battery) {
    Map<String, Section> rows = group.sections("entities");
    List<String> essential = group.texts("essential");
    for (String id : essential) {
      if (battery == 0 && !rows.containsKey(id)) {
        group.fault("essential", SiteReader.unknown("entity", id, List.copyOf(rows.keySet())));
      }
    }
    rows.forEach((id, row) ->
        needs(group, row, id, battery)
            .ifPresent(needs -> {
              String topic = named(group.text("topic"), id, battery);
              ObjectNode config = config(group, row);
              check(row, topic, config);
              HomeAssistantRules.check(row, topic, config);
              numberName(config, battery);
              String payload = named(config.toString(), id, battery);
              entities.add(new Entity(topic, payload, needs, essential.contains(id)));
            }));
  }

  /// The name of a further battery's entity ends in its number unless it says it elsewhere.
  private static void numberName(ObjectNode config, int battery) {
    String name = config.path("name").asText();
    if (battery > 0 && !name.contains(BatteryRows.WORD)) {
      config.put("name", name + BatteryRows.WORD);
    }
  }

  private static String named(String pattern, String id, int battery) {
    return BatteryRows.named(pattern, battery)
        .replace("{id}", id)
        .replace("{id-lower}", id.toLowerCase(Locale.ROOT));
  }

  private ObjectNode config(Section group, Section row) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    Stream.of(row, group.section("config"), section.section("common"))
        .flatMap(from -> from.node().properties().stream())
        .forEach(key -> config.putIfAbsent(key.getKey(), key.getValue()));
    Set<String> none = new HashSet<>();
    config.properties().stream()
        .filter(key -> key.getValue().isNull())
        .map(Map.Entry::getKey)
        .forEach(none::add);
    config.remove(none);
    return config;
  }

  // ---- what an entity shows

  private Optional<Needs> needs(Section group, Section row, String id, int battery) {
    return switch (group.text("shows")) {
      case "field" -> battery == 0 ? field(group, row, id) : furtherField(group, id, battery);
      case "plain" -> plain(row, id);
      case "events" -> events(group);
      case "items" -> items(group, battery);
      case "control" -> control(group);
      default -> command(row, id);
    };
  }

  private Optional<Needs> field(Section group, Section row, String id) {
    String of = group.text("of");
    return known(row, "field of topic " + of, id, fields(of))
        ? Optional.of(new ShownField(of, id))
        : Optional.empty();
  }

  /// In a topic of its own or beside that of the first battery; one that there is only once has
  /// none.
  private Optional<Needs> furtherField(Section group, String id, int battery) {
    String suffix = TopicContract.batterySuffix(battery);
    String of = group.text("of");
    if (fields(of + suffix).contains(id)) {
      return Optional.of(new ShownField(of + suffix, id));
    }
    return fields(of).contains(id + suffix)
        ? Optional.of(new ShownField(of, id + suffix))
        : Optional.empty();
  }

  private List<String> fields(String of) {
    return topics.stream()
        .filter(JsonObjectTopic.class::isInstance)
        .map(JsonObjectTopic.class::cast)
        .filter(topic -> topic.name().equals(of))
        .flatMap(topic -> topic.fields().stream())
        .map(field -> field.name())
        .toList();
  }

  private Optional<Needs> plain(Section row, String id) {
    return known(row, "topic of kind plain", id, names(PlainTopic.class, PlainTopic::name))
        ? Optional.of(new ShownField(id, null))
        : Optional.empty();
  }

  private Optional<Needs> events(Section group) {
    List<String> known = names(EventTopic.class, EventTopic::name);
    if (!known.contains(group.text("of"))) {
      group.fault("of", SiteReader.unknown("topic of kind events", group.text("of"), known));
      return Optional.empty();
    }
    return Optional.of(new ShownField(group.text("of"), null));
  }

  private Optional<Needs> items(Section group, int battery) {
    List<String> arrays = names(JsonArrayTopic.class, JsonArrayTopic::name);
    String of = group.text("of") + TopicContract.batterySuffix(battery);
    if (!arrays.contains(of)) {
      group.fault("of", SiteReader.unknown("topic of kind json-array", of, arrays));
      return Optional.empty();
    }
    return Optional.of(new EachItem(of));
  }

  /// Of a battery that has limits to set; `of` names a command that it must take too.
  private Optional<Needs> control(Section group) {
    if (!group.has("of")) {
      return Optional.of(new Controlled(null));
    }
    String command = group.text("of");
    if (!commands.contains(command)) {
      group.fault("of", SiteReader.unknown("command", command, commands));
      return Optional.empty();
    }
    return Optional.of(new Controlled(command));
  }

  private Optional<Needs> command(Section row, String id) {
    return known(row, "command", id, commands) ? Optional.of(new Command(id)) : Optional.empty();
  }

  private static boolean known(Section row, String kind, String id, List<String> known) {
    if (!known.contains(id)) {
      row.fault(SiteReader.unknown(kind, id, known));
    }
    return known.contains(id);
  }

  private <T extends TopicRule> List<String> names(Class<T> kind, Function<T, String> name) {
    return topics.stream().filter(kind::isInstance).map(kind::cast).map(name).toList();
  }

  // ---- checks

  private void check(Section row, String topic, JsonNode config) {
    if (!configTopics.add(topic)) {
      row.fault("config topic `" + topic + "` is used twice");
    }
    Matcher places = PLACE.matcher(topic + config);
    while (places.find()) {
      if (!PLACES.contains(places.group())) {
        row.fault(SiteReader.unknown("place", places.group(), PLACES.stream().sorted().toList()));
      }
    }
  }
}
