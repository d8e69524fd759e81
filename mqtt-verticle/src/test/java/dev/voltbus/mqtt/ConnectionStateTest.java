package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.mqtt.ConnectionState.Accepted;
import dev.voltbus.mqtt.ConnectionState.Event;
import dev.voltbus.mqtt.ConnectionState.Failed;
import dev.voltbus.mqtt.ConnectionState.Open;
import dev.voltbus.mqtt.ConnectionState.PauseOver;
import dev.voltbus.mqtt.ConnectionState.Phase;
import dev.voltbus.mqtt.ConnectionState.Renew;
import dev.voltbus.mqtt.ConnectionState.Start;
import dev.voltbus.mqtt.ConnectionState.Step;
import dev.voltbus.mqtt.ConnectionState.Stop;
import dev.voltbus.mqtt.ConnectionState.TakeoverAlarm;
import dev.voltbus.mqtt.ConnectionState.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionStateTest {
  private static final double NO_JITTER = 0.9999999;

  private final ReconnectPolicy policy = new ReconnectPolicy(Duration.ofMillis(5000));
  private ConnectionState state = ConnectionState.INITIAL;
  private long now;

  private Step on(Event event) {
    Step step = state.after(event, now, policy);
    state = step.state();
    return step;
  }

  private void pass(long millis) {
    now += Duration.ofMillis(millis).toNanos();
  }

  private static long pause(Step step) {
    return assertInstanceOf(Wait.class, step.effects().getLast()).millis();
  }

  @Test
  void pausesGrowToTheReconnectInterval() {
    on(new Start());
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      pauses.add(pause(on(new Failed(NO_JITTER))) + 1);
      assertEquals(List.of(new Open()), on(new PauseOver()).effects());
    }
    assertEquals(List.of(250L, 500L, 1000L, 2000L, 4000L, 5000L, 5000L), pauses);
  }

  // It is no failure: the next one after it must not wait longer, nor be taken for a rival's work.
  @Test
  void aRenewalCountsAsNoFailure() {
    on(new Start());
    on(new Accepted());
    on(new Failed(NO_JITTER));
    on(new PauseOver());
    on(new Accepted());
    assertEquals(List.of(), on(new Renew()).effects());
    assertEquals(List.of(new Open()), on(new PauseOver()).effects());
    assertEquals(250, pause(on(new Failed(NO_JITTER))) + 1);
    assertThrows(IllegalStateException.class, () -> on(new Renew()));
  }

  // Its secrets may have been read before they were changed.
  @Test
  void anAttemptUnderwayCanBeMadeAnew() {
    on(new Start());
    assertEquals(List.of(), on(new Renew()).effects());
    assertEquals(List.of(new Open()), on(new PauseOver()).effects());
  }

  // Publishing must go on within the interval plus one second, so jitter may only shorten.
  @Test
  void jitterOnlyShortens() {
    assertEquals(3750, policy.pauseMillis(30, 0));
    assertEquals(4375, policy.pauseMillis(30, 0.5));
    assertTrue(policy.pauseMillis(1000, NO_JITTER) <= 5000);
    assertEquals(0, new ReconnectPolicy(Duration.ZERO).pauseMillis(9, 0.5));
    assertEquals(75, new ReconnectPolicy(Duration.ofMillis(100)).pauseMillis(1, 0));
  }

  @Test
  void aConnectionThatHeldStartsWithTheShortestPause() {
    on(new Start());
    for (int i = 0; i < 6; i++) {
      on(new Failed(NO_JITTER));
      on(new PauseOver());
    }
    on(new Accepted());
    pass(2_000);
    assertEquals(250, pause(on(new Failed(NO_JITTER))) + 1);
  }

  // Two gateways with one client id would otherwise kick each other for ever.
  @Test
  void aTakeoverLoopEndsInTheLongestPauseAndOneAlarm() {
    on(new Start());
    int alarms = 0;
    for (int round = 1; round <= 5; round++) {
      on(new Accepted());
      pass(1_999);
      Step lost = on(new Failed(NO_JITTER));
      alarms += lost.effects().contains(new TakeoverAlarm()) ? 1 : 0;
      assertEquals(round >= 3 ? 5000 : round == 1 ? 250 : 500, (pause(lost) + 2) / 10 * 10);
      on(new PauseOver());
    }
    assertEquals(1, alarms);
  }

  // While the broker is away in between, the other client may still be there.
  @Test
  void aFailedAttemptDoesNotRaiseTheAlarmAgain() {
    on(new Start());
    for (int i = 0; i < 3; i++) {
      on(new Accepted());
      on(new Failed(0));
      on(new PauseOver());
    }
    Step failed = on(new Failed(0));
    assertEquals(List.of(new Wait(5000)), failed.effects());
  }

  @Test
  void atOnceIsStillSlowedDownInATakeoverLoop() {
    assertEquals(5000, new ReconnectPolicy(Duration.ZERO).takeoverPauseMillis());
  }

  @Test
  void aDeliberateStopHasNoNextAttempt() {
    on(new Start());
    on(new Accepted());
    assertEquals(List.of(), on(new Stop()).effects());
    assertThrows(IllegalStateException.class, () -> on(new Failed(0)));
    assertThrows(IllegalStateException.class, () -> on(new Start()));
    assertEquals(Phase.STOPPED, state.phase());
  }

  @Test
  void eventsOutOfPlaceThrow() {
    assertThrows(IllegalStateException.class, () -> on(new Accepted()));
    assertThrows(IllegalStateException.class, () -> on(new PauseOver()));
    on(new Start());
    assertThrows(IllegalStateException.class, () -> on(new Start()));
  }
}
