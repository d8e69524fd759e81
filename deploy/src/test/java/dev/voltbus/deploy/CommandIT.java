package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.deploy.LimitWatch.Seen;
import dev.voltbus.deploy.TestingListener.Heard;
import dev.voltbus.simulator.ModbusServer.Write;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// From mosquitto_pub to a device's registers and back, in the packaged gateway, also when it is
/// killed on the way.
@Timeout(180)
class CommandIT {
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final long LATE_MILLIS = 1_000;

  @TempDir private Path folder;

  // The deadline is to the millisecond; the watch looks every 10 ms.
  private static void checkBack(long deadline, Seen back) {
    long late = back.wallMillis() - deadline;
    assertTrue(late >= 0 && late <= LATE_MILLIS, "back " + late + " ms after the deadline");
  }

  @Test
  void aLimitReachesTheDeviceWithinOnePollAndEndsOnTime() throws Exception {
    try (ControlScene scene = new ControlScene(folder, true)) {
      scene.gateway();
      scene.awaitBase();
      int heard = scene.listener.heard().size();
      int seen = scene.watch.count();
      long sent = System.currentTimeMillis();
      long deadline = scene.limit(50, 60, 6);
      Seen there = scene.watch.await(seen, each -> each.has(50, 60), POLL);
      assertTrue(
          there.wallMillis() - sent < POLL.toMillis(), "took " + (there.wallMillis() - sent));
      JsonObject verified = scene.result(heard, "verified");
      assertEquals(50.0, verified.getJsonObject("effective").getDouble("max_charge"));
      assertEquals(60.0, verified.getJsonObject("effective").getDouble("max_discharge"));
      scene.result(heard, "followed");
      checkBack(
          deadline, scene.watch.await(seen + 1, each -> each.has(100, 100), Duration.ofSeconds(8)));
      scene.result(heard, "expired");
      List<String> order =
          scene.listener.since(heard).stream()
              .filter(each -> each.topic().equals(ControlScene.RESULT))
              .map(each -> each.json().getString("status"))
              .toList();
      assertEquals(List.of("accepted", "written", "verified", "followed", "expired"), order);
    }
  }

  // ---- killed

  // The second one as in the contract's guide.
  @ParameterizedTest(name = "50/{0} A for {1} s")
  @CsvSource({"60, 4", "100, 30"})
  void aLimitEndsOnTimeThoughWhoAcceptedItIsDead(int discharge, int seconds) throws Exception {
    try (ControlScene scene = new ControlScene(folder, false)) {
      scene.node("acquisition,mapping");
      PackagedProduct accepting = scene.node("mqtt,command");
      scene.awaitBase();
      int seen = scene.watch.count();
      long deadline = scene.limit(50, discharge, seconds);
      scene.kill(accepting);
      Duration longest = Duration.ofSeconds(seconds + 4);
      checkBack(deadline, scene.watch.await(seen + 1, each -> each.has(100, 100), longest));
    }
  }

  @ParameterizedTest(name = "own timer {0}")
  @ValueSource(booleans = {true, false})
  void aLimitEndsThoughTheOwnerOfTheLinkIsDead(boolean hasTimer) throws Exception {
    try (ControlScene scene = new ControlScene(folder, hasTimer)) {
      PackagedProduct owner = scene.node("acquisition,mapping");
      scene.node("mqtt,command");
      scene.awaitBase();
      int seen = scene.watch.count();
      long deadline = scene.limit(50, 60, 5);
      scene.kill(owner);
      if (hasTimer) {
        checkBack(
            deadline,
            scene.watch.await(seen + 1, each -> each.has(100, 100), Duration.ofSeconds(9)));
      } else {
        scene.node("acquisition,mapping");
        Seen back = scene.watch.await(seen + 1, each -> each.has(100, 100), Duration.ofSeconds(20));
        long late = back.wallMillis() - deadline;
        assertTrue(
            late >= 0,
            () ->
                "back %d ms behind the deadline: %s\n%s"
                    .formatted(late, scene.watch.all(), scene.account()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"STOP", "PAUSE"})
  void aModeSurvivesTheDeathOfAll(String command) throws Exception {
    try (ControlScene scene = new ControlScene(folder, true)) {
      PackagedProduct first = scene.gateway();
      scene.awaitBase();
      int seen = scene.watch.count();
      int heard = scene.listener.heard().size();
      scene.send(command, "");
      scene.watch.await(seen, each -> each.has(0, 0), ControlScene.SOON);
      scene.result(heard, "followed");
      if (command.equals("STOP")) {
        scene.awaitMode(heard, "stopped");
      }
      int writes = scene.limitWrites().size();
      scene.kill(first);
      int dead = scene.listener.heard().size();
      scene.gateway();
      scene.awaitMode(dead, command.equals("STOP") ? "stopped" : "paused");
      List<Write> since = scene.limitWrites().subList(writes, scene.limitWrites().size());
      assertTrue(
          since.stream().allMatch(write -> write.words().equals(List.of(0))), () -> "" + since);
      assertTrue(scene.watch.now().has(0, 0), () -> "" + scene.watch.now());
      if (command.equals("STOP")) {
        scene.listener.await(
            each -> each.topic().equals("BE/status") && each.payload().equals("online"),
            ControlScene.SOON,
            "online");
        assertEquals(List.of(), topics(scene.listener.since(dead), "BE/info"));
      }
      scene.send("RESUME", "");
      scene.watch.await(scene.watch.count() - 1, each -> each.has(100, 100), ControlScene.SOON);
      int resumed = scene.listener.heard().size();
      scene.listener.awaitAll(
          all -> !topics(all.subList(resumed, all.size()), "BE/info").isEmpty(),
          ControlScene.SOON,
          "telemetry again");
    }
  }

  private static List<String> topics(List<Heard> heard, String topic) {
    return heard.stream().map(Heard::topic).filter(topic::equals).toList();
  }

  @Test
  void aLimitSurvivesTheDeathOfAllWithTheTimeThatIsLeft() throws Exception {
    try (ControlScene scene = new ControlScene(folder, true)) {
      PackagedProduct first = scene.gateway();
      scene.awaitBase();
      long deadline = scene.limit(50, 60, 600);
      int writes = scene.limitWrites().size();
      scene.kill(first);
      int dead = scene.listener.heard().size();
      scene.gateway();
      JsonObject control = scene.awaitControl(dead, state -> state.getBoolean("settled", false));
      long left = deadline - System.currentTimeMillis();
      assertEquals(left / 1_000.0, control.getDouble("remaining_s"), 5.5); // as old as 5 s
      long shown = Instant.parse(control.getString("expires_at")).toEpochMilli();
      assertTrue(Math.abs(shown - deadline) <= 1_000, shown + " instead of " + deadline);
      for (Write write : scene.limitWrites().subList(writes, scene.limitWrites().size())) {
        int most = write.address() == 0 ? 500 : 600;
        assertTrue(write.words().getFirst() <= most, write::toString);
      }
      assertTrue(scene.watch.now().has(50, 60), () -> "" + scene.watch.now());
    }
  }

  @Test
  void aLimitThatEndedWhileAllWereDeadIsTakenBackBeforeTheFirstTelemetry() throws Exception {
    try (ControlScene scene = new ControlScene(folder, false)) {
      PackagedProduct first = scene.gateway();
      scene.awaitBase();
      long deadline = scene.limit(50, 60, 3);
      scene.kill(first);
      scene.awaitWall(deadline + 100);
      assertTrue(scene.watch.now().has(50, 60), "nobody is there to take it back");
      int heard = scene.listener.heard().size();
      int seen = scene.watch.count();
      scene.gateway();
      Seen back = scene.watch.await(seen, each -> each.has(100, 100), ControlScene.SOON);
      Heard telemetry = scene.telemetry(heard);
      long telemetryWall =
          System.currentTimeMillis() - (System.nanoTime() - telemetry.nanos()) / 1_000_000;
      assertTrue(
          back.wallMillis() <= telemetryWall + 15,
          "base seen at " + back.wallMillis() + ", telemetry at " + telemetryWall);
    }
  }

  // ---- many

  @Test
  void aPauseActsAtOnceInAFlood() throws Exception {
    try (ControlScene scene = new ControlScene(folder, true);
        CommandClient client = new CommandClient(scene.brokerPort())) {
      scene.gateway();
      scene.awaitBase();
      client.flood(
          "SET_LIMITS", "{\"max_charge\":50,\"timeout\":20}", 2_000, Duration.ofSeconds(10));
      scene.awaitWall(System.currentTimeMillis() + 5_000);
      int seen = scene.watch.count();
      long sent = System.currentTimeMillis();
      client.publish("PAUSE", "");
      Seen paused = scene.watch.await(seen, each -> each.has(0, 0), ControlScene.SOON);
      long took = paused.wallMillis() - sent;
      System.out.println("pause within a flood: " + took + " ms");
      assertTrue(took <= 200, "took " + took + " ms");
    }
  }
}
