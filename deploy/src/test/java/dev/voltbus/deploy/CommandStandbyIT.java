package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two nodes that run command: what one of them decided holds when it is gone.
@Timeout(180)
class CommandStandbyIT {
  private static final String LINE = "acquisition,mapping";
  private static final String CONTROL = "mqtt,command";

  @TempDir private Path folder;

  private static boolean hasTheControl(PackagedProduct node, PackagedProduct other) {
    String shard = "site/control-" + ProcessHandle.current().pid();
    return LeaseLog.token(node, shard).orElse(0L) > LeaseLog.token(other, shard).orElse(0L);
  }

  private static void pause(ControlScene scene) throws Exception {
    int heard = scene.listener.heard().size();
    assertEquals("accepted", scene.send("PAUSE", "").getString("status"));
    scene.awaitMode(heard, "paused");
    scene.limits(0, 0);
  }

  @Test
  void aPauseOutlivesTheNodeThatAcceptedIt() throws Exception {
    try (ControlScene scene = new ControlScene(folder, false)) {
      scene.node(LINE);
      PackagedProduct one = scene.node(CONTROL, "-one");
      PackagedProduct two = scene.standby(CONTROL, "-two");
      scene.awaitBase();
      pause(scene);
      PackagedProduct owner = hasTheControl(one, two) ? one : two;
      PackagedProduct next = owner == one ? two : one;
      int heard = scene.listener.heard().size();
      int seen = scene.watch.count();
      scene.kill(owner);
      scene.awaitCommands(next);
      scene.awaitMode(heard, "paused");
      assertEquals(seen, scene.watch.count(), "changes of the limits");
      assertEquals("accepted", scene.send("RESUME", "").getString("status"));
      scene.awaitBase();
    }
  }

  // A power cut, and the node that decided does not come back.
  @Test
  void aPauseIsOnTheDiskOfANodeThatDidNotDecideIt() throws Exception {
    try (ControlScene scene = new ControlScene(folder, false)) {
      PackagedProduct line = scene.node(LINE);
      PackagedProduct one = scene.node(CONTROL, "-one");
      PackagedProduct two = scene.standby(CONTROL, "-two");
      scene.awaitBase();
      scene.awaitKeepers(one, 1);
      pause(scene);
      String other = hasTheControl(one, two) ? "-two" : "-one";
      int heard = scene.listener.heard().size();
      int writes = scene.limitWrites().size();
      for (PackagedProduct node : List.of(line, one, two)) {
        scene.kill(node);
      }
      scene.node(CONTROL, other);
      scene.node(LINE);
      scene.awaitMode(heard, "paused");
      scene.limits(0, 0);
      scene.limitWrites().stream()
          .skip(writes)
          .forEach(write -> assertEquals(List.of(0), write.words(), write::toString));
    }
  }
}
