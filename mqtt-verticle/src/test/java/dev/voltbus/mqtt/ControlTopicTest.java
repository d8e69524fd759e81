package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControlTopicTest {
  private static final long END = 1_795_759_200_123L;
  private final ControlTopic topic = new ControlTopic("BE/control");
  private final List<Integer> left = new ArrayList<>();
  private boolean isTaken = true;

  private boolean take(Topic to, Buffer payload) {
    if (isTaken) {
      left.add(new JsonObject(payload).getInteger("remaining_s"));
    }
    return isTaken;
  }

  private void tick(long millis) {
    topic.tick(Duration.ofMillis(millis).toNanos(), this::take);
  }

  private void ticks(long fromMillis, long toMillis) {
    for (long millis = fromMillis; millis <= toMillis; millis += 500) {
      tick(millis);
    }
  }

  // A retained topic that changed each second would be stored each second.
  @Test
  void theTimeLeftIsToldEveryFiveSecondsAndAtTheEnd() {
    topic.accept(TestingOwner.limited(50, 100, END, 12_000), 0, this::take);
    ticks(0, 20_000);
    assertEquals(List.of(12, 7, 2, 0), left);
  }

  @Test
  void theSameStateAgainTellsNothing() {
    topic.accept(TestingOwner.running(), 0, this::take);
    topic.accept(TestingOwner.running(), 10, this::take);
    ticks(0, 20_000);
    assertEquals(List.of(0), left);
    topic.accept(TestingOwner.limited(50, 100, END, 12_000), 11, this::take);
    topic.accept(TestingOwner.limited(50, 100, END, 8_000), 4_000_000_000L, this::take);
    assertEquals(List.of(0, 12), left);
  }

  @Test
  void whatTheBrokerDoesNotTakeIsToldLater() {
    isTaken = false;
    topic.accept(TestingOwner.running(), 0, this::take);
    isTaken = true;
    tick(500);
    tick(1_000);
    assertEquals(List.of(0), left);
    topic.online(1, this::take);
    assertEquals(List.of(0, 0), left);
  }
}
