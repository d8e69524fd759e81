package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RendezvousTest {
  private static final List<UUID> NODES =
      IntStream.range(0, 4).mapToObj(i -> new UUID(7, i)).toList();
  private static final List<String> KEYS =
      IntStream.range(0, 1_000).mapToObj(i -> "link-" + i).toList();

  /// Who has the first claim to each key.
  private static Map<String, UUID> shares(List<UUID> nodes) {
    Map<String, UUID> owners = new HashMap<>();
    for (String key : KEYS) {
      for (UUID node : nodes) {
        List<UUID> others = new ArrayList<>(nodes);
        others.remove(node);
        if (Rendezvous.rank(node, others, key) == 0) {
          assertEquals(null, owners.put(key, node), "two have the first claim to " + key);
        }
      }
    }
    assertEquals(KEYS.size(), owners.size());
    return owners;
  }

  @Test
  void sharesAreAboutEqual() {
    Map<UUID, Integer> sizes = new HashMap<>();
    shares(NODES).values().forEach(owner -> sizes.merge(owner, 1, Integer::sum));
    sizes.values().forEach(size -> assertTrue(size > 200 && size < 300, sizes.toString()));
  }

  @Test
  void aNodeThatComesOrGoesMovesOnlyItsShare() {
    Map<String, UUID> three = shares(NODES.subList(0, 3));
    Map<String, UUID> four = shares(NODES);
    for (String key : KEYS) {
      UUID now = four.get(key);
      assertTrue(now.equals(NODES.get(3)) || now.equals(three.get(key)), key);
    }
  }
}
