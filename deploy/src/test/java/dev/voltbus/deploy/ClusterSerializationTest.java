package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import java.io.File;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a member makes of objects in Java's own form.
class ClusterSerializationTest {
  private final HazelcastInstance member =
      LeaseMember.here("objects-" + ProcessHandle.current().pid(), 1, Set.of());

  @AfterEach
  void leave() {
    member.shutdown();
  }

  // Such an object may run code while it is made.
  @Test
  void anObjectOfAnUnknownClassIsNotMade() {
    IMap<String, Object> map = member.getMap("objects");
    map.put("file", new File("/"));
    RuntimeException refused = assertThrows(RuntimeException.class, () -> map.get("file"));
    assertTrue(refused.toString().contains("java.io.File"), refused::toString);
  }

  @Test
  void whatTheClusterNeedsIsMade() {
    IMap<String, Object> map = member.getMap("objects");
    map.put("text", "text");
    map.put("set", Set.of(1, 2));
    assertEquals("text", map.get("text"));
    assertEquals(Set.of(1, 2), map.get("set"));
  }
}
