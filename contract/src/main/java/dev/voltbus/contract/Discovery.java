package dev.voltbus.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What Home Assistant is told of a publication, so that its entities appear by themselves (Home
/// Assistant's MQTT discovery, one retained message for each entity).
///
/// In topics and payloads these stand for the publication's own: `{prefix}`, `{prefix-lower}`,
/// `{prefix-id}` (only letters, digits, `_` and `-`), `{-prefix-id}` (with a minus before it, empty
/// for the contract's default prefix), `{client}`, `{client-id}`, `{client-slug}` (lower case, as
/// entity ids have it), `{site}`, `{discovery}` (the discovery prefix); and `{n}`, `{n-1}` for the
/// number of an array's item, from 1 and from 0. In an entity of the control `{max-charge}`,
/// `{max-discharge}`, `{step-charge}` and `{step-discharge}` stand for numbers in A, each as the
/// whole of a text.
///
/// @param option publication option that switches it
/// @param birthTopic where Home Assistant says `online` after its start
/// @param qos QoS of the messages, which are all retained
/// @param entities in the order they are sent
public record Discovery(String option, String birthTopic, int qos, List<Entity> entities) {
  /// Home Assistant's own default.
  public static final String DEFAULT_PREFIX = "homeassistant";

  /// What a publication may choose.
  ///
  /// @param prefix first level of the config topics
  /// @param form how entities are told
  public record Setting(String prefix, Form form) {
    public static final Setting USUAL = new Setting(DEFAULT_PREFIX, Form.SINGLE);
  }

  /// How Home Assistant is told of entities.
  public enum Form {
    /// A message for each entity, as the honoured contracts have it.
    SINGLE,
    /// A message for each device with all its entities (Home Assistant 2024.11 or later).
    DEVICE
  }

  public Discovery {
    entities = List.copyOf(entities);
  }

  /// One entity.
  ///
  /// @param topic config topic
  /// @param payload JSON text
  /// @param needs it exists only while this can be shown
  /// @param isEssential among the few that people write by hand who have no discovery
  public record Entity(String topic, String payload, Needs needs, boolean isEssential) {}

  /// What an entity shows, hence what must be there.
  public sealed interface Needs permits Command, Controlled, ShownField, EachItem {}

  /// A command's button: it is there unless the first device has limits to set and does not take
  /// the command.
  public record Command(String name) implements Needs {}

  /// The control of the first device, where that has limits to set.
  ///
  /// @param command command that it must take too, or null for none
  public record Controlled(@Nullable String command) implements Needs {}

  /// A field of a topic that is sent.
  ///
  /// @param topic name of the topic rule
  /// @param field field, or null for a plain topic
  public record ShownField(String topic, @Nullable String field) implements Needs {}

  /// One entity for each item of an array topic that is sent.
  ///
  /// @param topic name of the topic rule
  public record EachItem(String topic) implements Needs {}
}
