package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.mqtt.PeerWatch.Action;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PeerWatchTest {
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(60);

  // A cut cable gives no error, whatever is being sent; 1.5 keep-alives is the promise.
  @Test
  void aSilentPeerIsDroppedWithinOneAndAHalfKeepAlives() {
    PeerWatch watch = new PeerWatch(KEEP_ALIVE, 0);
    long tick = PeerWatch.tickMillis(KEEP_ALIVE);
    long millis = 0;
    Action action = Action.NOTHING;
    while (action != Action.DROP) {
      millis += tick;
      action = watch.tick(Duration.ofMillis(millis).toNanos());
    }
    assertTrue(millis > 60_000 && millis <= 90_000, millis + " ms");
  }

  @Test
  void aPeerThatAnswersIsKeptAndPingedTwiceAKeepAlive() {
    PeerWatch watch = new PeerWatch(KEEP_ALIVE, 0);
    int pings = 0;
    for (int i = 1; i <= 40; i++) {
      long now = Duration.ofSeconds(15L * i).toNanos();
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
