package dev.voltbus.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.voltbus.contract.Discovery.Entity;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.TopicContract;
import dev.voltbus.contract.TopicContract.EventTopic;
import dev.voltbus.contract.TopicContract.Field;
import dev.voltbus.contract.TopicContract.JsonArrayTopic;
import dev.voltbus.contract.TopicContract.JsonObjectTopic;
import dev.voltbus.contract.TopicContract.MessageField;
import dev.voltbus.contract.TopicContract.MessageTopic;
import dev.voltbus.contract.TopicContract.PlainTopic;
import dev.voltbus.contract.TopicContract.TopicRule;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What our contract files say, in the lines of `Theirs`.
final class Ours {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, String> facts = new TreeMap<>();
  private final Publication publication;
  private final TopicContract contract;

  private Ours(Publication publication) {
    this.publication = publication;
    this.contract = publication.contract();
  }

  static Map<String, String> batteryEmulator(Publication publication) throws IOException {
    Ours ours = new Ours(publication);
    for (TopicRule rule : ours.contract.topics()) {
      switch (rule) {
        case JsonObjectTopic object when object.name().equals("info") -> ours.info(object);
        case JsonArrayTopic array when array.battery() == null || array.battery() == 0 ->
            ours.arrays(array);
        case EventTopic events -> ours.events();
        default -> {}
      }
    }
    ours.put("discovery.qos", Objects.requireNonNull(ours.contract.discovery()).qos() + "");
    for (Entity entity : ours.contract.discovery().entities()) {
      ours.entity(entity);
    }
    return ours.facts;
  }

  private void info(JsonObjectTopic info) {
    put("topic.info", named(info.topic()));
    put("topic.info.qos", info.sending().qos() + "");
    put("topic.info.retain", info.sending().retain() + "");
    put("topic.info.interval", publication.interval().toSeconds() + "");
    for (Field field : info.fields()) {
      if (field.battery() > 0) {
        put("info." + field.name(), "second battery");
      } else {
        field("info." + field.name(), field);
        put("info." + field.name() + ".unit", unit(field));
      }
    }
  }

  private static String unit(Field field) {
    boolean isCoded = field.form() == Field.Form.DIRECTION;
    return isCoded ? "" : field.shows() == Field.Shows.UPTIME ? "s" : field.unit();
  }

  /// As the messages of ContractGoldenTest show them.
  private void events() {
    Stream.of("event_type", "severity", "count", "data", "message", "millis")
        .forEach(name -> put("events." + name, "text"));
  }

  private void field(String key, Field field) {
    put(key + ".type", type(field));
    if (type(field).equals("number") && field.shows() == Field.Shows.VALUE) {
      put(key + ".decimals", field.decimals() + "");
    }
  }

  private static String type(Field field) {
    return switch (field.shows()) {
      case VALUE ->
          switch (field.form()) {
            case NUMBER, DOUBLE -> "number";
            case INTEGER, BIT_COUNT -> "integer";
            case TEXT, DIRECTION -> "string";
            case BOOLEAN -> "boolean";
          };
      case UNIX_TIME -> "number";
      case UPTIME -> "integer";
      case SITE, ISO_TIME, SAMPLE_ID, GATEWAY_STATUS, EVENT_LEVEL, PAUSE_STATUS, VERSION ->
          "string";
    };
  }

  private void arrays(JsonArrayTopic topic) {
    for (JsonArrayTopic.Items array : topic.arrays()) {
      String key = topic.name() + "." + array.field();
      if (array.bitsOf() != null) {
        put(key, "boolean");
      } else {
        put(key + ".unit", array.unit());
        put(key + ".decimals", array.decimals() + "");
      }
    }
  }

  private void entity(Entity entity) throws IOException {
    String topic = named(entity.topic());
    String[] levels = topic.split("/", -1);
    JsonNode config = JSON.readTree(named(entity.payload()));
    String key =
        levels[3].startsWith("cell_voltage_2_")
            ? "discovery.cell_2"
            : levels[3].startsWith("cell_voltage{")
                ? "discovery.cell"
                : "discovery." + levels[1] + "." + levels[3];
    if (levels[3].endsWith("_3")) {
      return; // as that of the second
    }
    put(key + ".config_topic", topic);
    config
        .properties()
        .forEach(part -> {
          switch (part.getKey()) {
            case "device" -> Theirs.flat("discovery.device", part.getValue(), facts);
            case "availability" ->
                put("discovery.availability", part.getValue().isArray() ? "list" : "object");
            case "payload_available", "payload_not_available", "enabled_by_default" -> {}
            default -> put(key + "." + part.getKey(), part.getValue().asText());
          }
        });
  }

  static Map<String, String> leaf(Publication publication) throws IOException {
    Ours ours = new Ours(publication);
    ours.status();
    ours.put("keepalive", Objects.requireNonNull(ours.contract.keepAlive()).toSeconds() + "");
    for (TopicRule rule : ours.contract.topics()) {
      switch (rule) {
        case PlainTopic plain -> {
          ours.put("topic." + plain.name(), ours.named(plain.topic()));
          ours.put("topic." + plain.name() + ".retain", plain.sending().retain() + "");
          ours.put("topic." + plain.name() + ".unit", plain.field().unit());
        }
        case JsonObjectTopic data -> {
          ours.put("topic.data", ours.named(data.topic()));
          ours.put("topic.data.retain", data.sending().retain() + "");
          data.fields().forEach(field -> ours.put("data." + field.name() + ".type", type(field)));
        }
        default -> {}
      }
    }
    for (Entity entity : Objects.requireNonNull(ours.contract.discovery()).entities()) {
      String topic = ours.named(entity.topic());
      String key = "discovery." + topic.split("/", -1)[3];
      ours.put(key + ".config_topic", topic);
      Theirs.flat(key, JSON.readTree(ours.named(entity.payload())), ours.facts);
    }
    return ours.facts;
  }

  private void status() {
    TopicContract.StatusTopic status = Objects.requireNonNull(contract.status());
    put("status.topic", named(status.topic()));
    put("status.online", status.online());
    put("status.offline", status.offline());
    put("status.qos", status.qos() + "");
    put("status.retain", status.onlineRetain() + "");
    put("status.repeat", Objects.requireNonNull(status.repeat()).toSeconds() + "");
  }

  static Map<String, String> bessai(Publication publication) {
    Ours ours = new Ours(publication);
    ours.put("client-id", publication.broker().clientId());
    ours.put("keepalive", Objects.requireNonNull(ours.contract.keepAlive()).toSeconds() + "");
    ours.put("status", ours.contract.status() == null ? "none" : "some");
    for (TopicRule rule : ours.contract.topics()) {
      if (rule instanceof JsonObjectTopic object) {
        String name = ours.named(object.topic());
        ours.put(name + ".qos", object.sending().qos() + "");
        ours.put(name + ".retain", object.sending().retain() + "");
        object.fields().forEach(field -> ours.field(name + "." + field.name(), field));
      }
      if (rule instanceof MessageTopic message) {
        String name = ours.named(message.topic());
        ours.put(name + ".qos", message.sending().qos() + "");
        ours.put(name + ".retain", message.sending().retain() + "");
        message.fields().forEach(field -> ours.message(name + "." + field.name(), field));
      }
    }
    return ours.facts;
  }

  private void message(String key, MessageField field) {
    String type =
        switch (field.shows()) {
          case UNIX_TIME -> "number";
          case VALUE -> field.grade() == null ? part(field.part()) : "string";
          default -> "string";
        };
    put(key + ".type", type);
    if (field.decimals() != null && type.equals("number")) {
      put(key + ".decimals", field.decimals() + "");
    }
  }

  private static String part(String part) {
    return switch (part) {
      case "is-safe", "trained" -> "boolean";
      case "alert-count", "samples" -> "integer";
      case "watchdog" -> "string";
      default -> "number";
    };
  }

  private void put(String key, String value) {
    facts.put(key, value);
  }

  private String named(String pattern) {
    String prefix = publication.prefix();
    String filled = pattern;
    for (List<String> place :
        List.of(
            List.of("{discovery}", "homeassistant"),
            List.of("{prefix}", prefix),
            List.of("{prefix-id}", prefix),
            List.of("{prefix-lower}", prefix.toLowerCase(Locale.ROOT)),
            List.of("{-prefix-id}", ""),
            List.of("{client}", publication.broker().clientId()),
            List.of("{client-id}", publication.broker().clientId()))) {
      filled = filled.replace(place.getFirst(), place.getLast());
    }
    return filled;
  }
}
