package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.mqtt.PeerWatch.Action;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PeerWatchTest {
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(60);

  // A cut cable gives no error, whatever is being sent; 1.5 keep-alives is the promise, and the
  // machine needs some time too.
  @Test
  void aSilentPeerIsDroppedWellWithinOneAndAHalfKeepAlives() {
    long tick = PeerWatch.tickMillis(KEEP_ALIVE);
    for (long heard = 0; heard < tick; heard += tick / 10) {
      PeerWatch watch = new PeerWatch(KEEP_ALIVE, 0);
      watch.heard(Duration.ofMillis(heard).toNanos());
      long millis = 0;
      Action action = Action.NOTHING;
      while (action != Action.DROP) {
        millis += tick;
        action = watch.tick(Duration.ofMillis(millis).toNanos());
      }
      long silent = millis - heard;
      assertTrue(silent >= 75_000 && silent <= 84_000, silent + " ms");
    }
  }

  @Test
  void aPeerThatAnswersIsKeptAndPingedTwiceAKeepAlive() {
    PeerWatch watch = new PeerWatch(KEEP_ALIVE, 0);
    int pings = 0;
    for (int i = 1; i <= 80; i++) {
      long now = Duration.ofMillis(i * PeerWatch.tickMillis(KEEP_ALIVE)).toNanos();
      Action action = watch.tick(now);
      assertTrue(action != Action.DROP, "tick " + i);
      if (action == Action.PING) {
        pings++;
        watch.heard(now + 1);
      }
    }
    assertEquals(20, pings);
  }
}
