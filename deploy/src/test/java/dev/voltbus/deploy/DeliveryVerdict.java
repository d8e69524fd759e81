package dev.voltbus.deploy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What became of stored samples at a subscriber.
///
/// @param stored how many there were
/// @param missing those never heard, although nobody but the gateway can be to blame
/// @param excused those never heard that a broker had acknowledged before it was killed
/// @param repeated messages heard once more
/// @param disordered those heard for the first time behind a newer one of their topic
record DeliveryVerdict(
    int stored,
    List<Message> missing,
    List<Message> excused,
    long repeated,
    List<Message> disordered) {

  /// @param stored what must arrive
  /// @param heard everything the subscriber got, in that order
  /// @param killed what a broker that was killed had acknowledged before
  static DeliveryVerdict of(Set<Message> stored, List<Message> heard, Set<Message> killed) {
    Set<Message> arrived = new HashSet<>();
    Map<String, Message> newest = new HashMap<>();
    List<Message> disordered = new ArrayList<>();
    for (Message message : heard) {
      if (arrived.add(message)) {
        Message before = newest.put(message.topic(), message);
        if (before != null && !before.isBefore(message)) {
          disordered.add(message);
        }
      }
    }
    List<Message> lost = stored.stream().filter(message -> !arrived.contains(message)).toList();
    return new DeliveryVerdict(
        stored.size(),
        lost.stream().filter(message -> !killed.contains(message)).toList(),
        lost.stream().filter(killed::contains).toList(),
        heard.size() - arrived.size(),
        disordered);
  }
}
