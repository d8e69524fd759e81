package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The packaged gateway is killed twice while its broker cannot be reached; another client of the
/// broker must get every sample that the gateway had stored, in order and with its own time.
@Timeout(3_600)
class OutageIT {
  @TempDir private Path folder;

  @Test
  void noStoredSampleIsLostOverAnOutageWithTwoKills() throws Exception {
    try (OutageScene scene = new OutageScene(folder)) {
      Set<Message> stored = new HashSet<>();
      try (PackagedProduct first = scene.gateway()) {
        scene.awaitFlow(first);
        scene.cable().cut();
        scene.outageBegins();
        stored.addAll(scene.aThirdAndKill(first));
      }
      try (PackagedProduct second = scene.gateway()) {
        stored.addAll(scene.aThirdAndKill(second));
      }
      try (PackagedProduct third = scene.gateway()) {
        stored.addAll(scene.aThird(third));
        int waited = stored.size();
        double outage = scene.outageSeconds();
        stored.addAll(scene.cable().published());
        scene.cable().mend();
        double seconds = scene.awaitHeard(third, stored);
        DeliveryVerdict verdict = DeliveryVerdict.of(stored, scene.heard(), Set.of());
        OutageResult.cut(outage, waited, seconds, verdict).tell("outage-cut");
        assertEquals(List.of(), verdict.missing());
        assertEquals(List.of(), verdict.disordered());
        assertTrue(waited > OutageScene.TIME.toSeconds() * 500, waited + " samples stored");
      }
    }
  }

  // What a broker has acknowledged and loses with its memory is out of our hands; nothing else is.
  @Test
  void onlyWhatAKilledBrokerHadAcknowledgedMayBeLost() throws Exception {
    try (OutageScene scene = new OutageScene(folder)) {
      Set<Message> stored = new HashSet<>();
      try (PackagedProduct first = scene.gateway()) {
        scene.awaitFlow(first);
        killBroker(scene);
        scene.outageBegins();
        stored.addAll(scene.aThirdAndKill(first));
      }
      try (PackagedProduct second = scene.gateway()) {
        stored.addAll(scene.aThirdAndKill(second));
      }
      try (PackagedProduct third = scene.gateway()) {
        stored.addAll(scene.aThird(third));
        int waited = stored.size();
        double outage = scene.outageSeconds();
        stored.addAll(scene.cable().published());
        int before = scene.cable().acknowledgements();
        reviveBroker(scene);
        OutageScene.awaitTrue(
            third,
            () -> scene.cable().acknowledgements() > before + waited / 4,
            "a quarter was not delivered");
        killBroker(scene);
        Set<Message> acknowledged = scene.cable().acknowledged();
        stored.addAll(scene.cable().published());
        reviveBroker(scene);
        Set<Message> wanted = new HashSet<>(stored);
        wanted.removeAll(acknowledged);
        double seconds = scene.awaitHeard(third, wanted);
        DeliveryVerdict verdict = DeliveryVerdict.of(stored, scene.heard(), acknowledged);
        OutageResult.killed(outage, waited, seconds, verdict).tell("outage-broker-killed");
        assertEquals(List.of(), verdict.missing());
        assertEquals(List.of(), verdict.disordered());
        assertTrue(waited > OutageScene.TIME.toSeconds() * 500, waited + " samples stored");
      }
    }
  }

  /// Nobody reaches the next one before the subscriber does.
  private static void killBroker(OutageScene scene) {
    scene.broker().kill();
    scene.cable().cut();
  }

  private static void reviveBroker(OutageScene scene) throws Exception {
    scene.broker().restart();
    scene.listener().subscribed();
    scene.cable().mend();
  }
}
