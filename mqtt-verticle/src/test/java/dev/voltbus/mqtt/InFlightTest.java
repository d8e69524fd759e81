package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InFlightTest {

  // A packet id in use twice would let one PUBACK confirm the wrong message.
  @Test
  void noIdIsInUseTwice() {
    InFlight inFlight = new InFlight();
    Random random = new Random(7);
    Set<Integer> used = new HashSet<>();
    Deque<Integer> order = new ArrayDeque<>();
    for (int i = 0; i < 100_000; i++) {
      if (!inFlight.isFull() && random.nextInt(100) < 60) {
        int id = inFlight.take();
        assertTrue(id >= 1 && id <= InFlight.WINDOW && used.add(id), "id " + id);
        order.add(id);
      } else if (!order.isEmpty()) {
        int id = random.nextBoolean() ? order.pollFirst() : order.pollLast();
        Future<Void> outcome = inFlight.outcome(id);
        inFlight.acknowledged(id);
        assertTrue(outcome.succeeded() && used.remove(id), "id " + id);
      }
      assertEquals(used.size(), inFlight.size());
    }
  }

  @Test
  void allFailWithTheConnection() {
    InFlight inFlight = new InFlight();
    List<Future<Void>> outcomes = new ArrayList<>();
    while (!inFlight.isFull()) {
      outcomes.add(inFlight.outcome(inFlight.take()));
    }
    inFlight.failAll(new MqttFailure("closed by the broker"));
    assertTrue(outcomes.stream().allMatch(Future::failed));
    assertEquals(0, inFlight.size());
    assertFalse(inFlight.isFull());
  }

  @Test
  void anUnknownAcknowledgementIsIgnored() {
    InFlight inFlight = new InFlight();
    int id = inFlight.take();
    inFlight.acknowledged(id + 1);
    inFlight.acknowledged(0);
    inFlight.acknowledged(65_535);
    assertFalse(inFlight.outcome(id).isComplete());
    inFlight.acknowledged(id);
    inFlight.acknowledged(id);
    assertEquals(0, inFlight.size());
  }
}
