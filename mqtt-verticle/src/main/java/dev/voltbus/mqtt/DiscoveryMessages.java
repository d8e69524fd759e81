package dev.voltbus.mqtt;

import dev.voltbus.contract.Discovery;
import dev.voltbus.contract.Discovery.Command;
import dev.voltbus.contract.Discovery.Controlled;
import dev.voltbus.contract.Discovery.EachItem;
import dev.voltbus.contract.Discovery.Entity;
import dev.voltbus.contract.Discovery.ShownField;
import dev.voltbus.contract.Publication;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/// Works out what Home Assistant is to be told of a publication: an entity for each thing it can
/// show of the devices known so far.
final class DiscoveryMessages {
  private final DiscoveryText text;
  private final ToIntFunction<ArrayTopic> items;
  private final Map<String, String> messages = new LinkedHashMap<>();

  /// @param items how many entities an array has
  private DiscoveryMessages(Publication publication, ToIntFunction<ArrayTopic> items) {
    this.text = new DiscoveryText(publication);
    this.items = items;
  }

  /// Payloads by topic, in the order they are to be sent.
  ///
  /// @param shown the publication's topics, compiled for the devices known so far
  /// @param removed entities of an earlier configuration
  static Map<String, String> of(
      Publication publication,
      Discovery discovery,
      List<IntervalTopic> shown,
      Set<DeviceForm.Component> removed) {
    Map<String, String> entities =
        entities(publication, discovery, shown, ArrayTopic::items, entity -> true);
    return isByDevice(publication) ? DeviceForm.of(entities, removed) : entities;
  }

  private static boolean isByDevice(Publication publication) {
    return publication.discovery().form() == Discovery.Form.DEVICE;
  }

  /// The few that people write by hand who have no discovery, whether it is on or not.
  ///
  /// @param shown as for all
  static Map<String, String> essential(
      Publication publication, Discovery discovery, List<IntervalTopic> shown) {
    return entities(publication, discovery, shown, ArrayTopic::items, Entity::isEssential);
  }

  /// All that can ever be kept for these topics, however many items the devices have.
  ///
  /// @param shown as for all
  static Set<String> possible(
      Publication publication, Discovery discovery, List<IntervalTopic> shown) {
    return kept(publication, most(publication, discovery, shown));
  }

  private static Set<String> kept(Publication publication, Map<String, String> entities) {
    if (!isByDevice(publication)) {
      return entities.keySet();
    }
    Set<String> kept = new HashSet<>(DeviceForm.of(entities, Set.of()).keySet());
    kept.addAll(DeviceForm.components(entities));
    return kept;
  }

  /// What the broker keeps when all of it was sent: config topics and, where a device has one
  /// message, the entities in it.
  ///
  /// @param shown as for all
  static Set<String> kept(Publication publication, Discovery discovery, List<IntervalTopic> shown) {
    return kept(
        publication, entities(publication, discovery, shown, ArrayTopic::items, entity -> true));
  }

  /// What can be retained for items that the devices certainly do not have, such as cells beyond
  /// the battery's last.
  ///
  /// @param shown as for all
  static Set<String> absent(
      Publication publication, Discovery discovery, List<IntervalTopic> shown) {
    Set<String> absent =
        new HashSet<>(
            kept(
                publication,
                entities(publication, discovery, shown, ArrayTopic::certainItems, entity -> true)));
    absent.removeAll(kept(publication, discovery, shown));
    return absent;
  }

  /// How many entities there are.
  ///
  /// @param shown as for all
  static int count(Publication publication, Discovery discovery, List<IntervalTopic> shown) {
    return entities(publication, discovery, shown, ArrayTopic::items, entity -> true).size();
  }

  /// The config topics that the same entities would have in the other form.
  ///
  /// @param shown as for all
  static Set<String> inOtherForm(
      Publication publication, Discovery discovery, List<IntervalTopic> shown) {
    Map<String, String> entities = most(publication, discovery, shown);
    return isByDevice(publication) ? entities.keySet() : DeviceForm.of(entities, Set.of()).keySet();
  }

  private static Map<String, String> most(
      Publication publication, Discovery discovery, List<IntervalTopic> shown) {
    return entities(publication, discovery, shown, ArrayTopic::mostItems, entity -> true);
  }

  private static Map<String, String> entities(
      Publication publication,
      Discovery discovery,
      List<IntervalTopic> shown,
      ToIntFunction<ArrayTopic> items,
      Predicate<Entity> wanted) {
    DiscoveryMessages messages = new DiscoveryMessages(publication, items);
    discovery.entities().stream().filter(wanted).forEach(entity -> messages.add(entity, shown));
    return messages.messages;
  }

  /// The topics alone, with `N` for the number of an item, and no matter how many there are.
  static List<String> topics(
      Publication publication, Discovery discovery, List<IntervalTopic> shown) {
    if (isByDevice(publication)) {
      return List.copyOf(DeviceForm.of(most(publication, discovery, shown), Set.of()).keySet());
    }
    DiscoveryText text = new DiscoveryText(publication);
    return discovery.entities().stream()
        .filter(entity ->
            switch (entity.needs()) {
              case Command command -> true;
              case Controlled controlled -> true;
              case ShownField field -> isShown(field, shown);
              case EachItem each ->
                  shown.stream().anyMatch(topic -> topic.name().equals(each.topic()));
            })
        .map(entity -> text.topic(entity.topic()).replace("{n}", "N"))
        .toList();
  }

  /// Bytes of the payloads, by topic as above: of an array's items the last one, of a device's
  /// message with all of them.
  static Map<String, Integer> bytes(
      Publication publication, Discovery discovery, List<IntervalTopic> shown) {
    Map<String, Integer> bytes = new LinkedHashMap<>();
    if (isByDevice(publication)) {
      DeviceForm.of(most(publication, discovery, shown), Set.of())
          .forEach((topic, payload) -> bytes.put(topic, length(payload)));
      return bytes;
    }
    DiscoveryText text = new DiscoveryText(publication);
    for (Entity entity : discovery.entities()) {
      entities(publication, discovery, shown, ArrayTopic::mostItems, entity::equals)
          .values()
          .stream()
          .mapToInt(DiscoveryMessages::length)
          .max()
          .ifPresent(most -> bytes.put(text.topic(entity.topic()).replace("{n}", "N"), most));
    }
    return bytes;
  }

  private static int length(String payload) {
    return payload.getBytes(StandardCharsets.UTF_8).length;
  }

  private void add(Entity entity, List<IntervalTopic> shown) {
    switch (entity.needs()) {
      case Command command -> put(entity.topic(), entity.payload());
      case Controlled controlled -> put(entity.topic(), entity.payload());
      case ShownField field -> {
        if (isShown(field, shown)) {
          put(entity.topic(), entity.payload());
        }
      }
      case EachItem each -> putItems(entity, size(each, shown));
    }
  }

  private static boolean isShown(ShownField field, List<IntervalTopic> shown) {
    return shown.stream()
        .anyMatch(topic -> topic.name().equals(field.topic()) && topic.canShow(field.field()));
  }

  private int size(EachItem each, List<IntervalTopic> shown) {
    return shown.stream()
        .filter(topic -> topic.name().equals(each.topic()))
        .filter(ArrayTopic.class::isInstance)
        .mapToInt(topic -> items.applyAsInt((ArrayTopic) topic))
        .sum();
  }

  private void putItems(Entity entity, int count) {
    for (int item = 1; item <= count; item++) {
      put(
          DiscoveryText.numbered(entity.topic(), item),
          DiscoveryText.numbered(entity.payload(), item));
    }
  }

  private void put(String topic, String payload) {
    messages.put(text.topic(topic), text.payload(payload));
  }
}
