package dev.voltbus.acquisition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AgendaTest {
  private static final long MILLI = Duration.ofMillis(1).toNanos();

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final TestingClock clock = new TestingClock();
  private final Agenda agenda = new Agenda(vertx, clock);
  private final List<String> done = new ArrayList<>();
  private final Promise<List<String>> end = Promise.promise();

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  private void note(String what, long atMillis) {
    agenda.at(atMillis * MILLI, this, () -> done.add(what));
  }

  private void endAt(long millis) {
    agenda.at(millis * MILLI, this, () -> end.complete(done));
  }

  /// Lets the appointments be made on the agenda's context and gives what was done by their end.
  private List<String> run(Runnable appointments) throws Exception {
    context.runOnContext(now -> appointments.run());
    return end.future().await(10, TimeUnit.SECONDS);
  }

  @Test
  void appointmentsAreKeptInOrderOfTime() throws Exception {
    assertEquals(
        List.of("1", "2", "3"),
        run(() -> {
          note("3", 3);
          note("1", 1);
          note("2", 2);
          endAt(4);
          clock.advance(Duration.ofSeconds(1));
        }));
  }

  @Test
  void appointmentsOfOneMomentAreKeptInOrderOfTheirMaking() throws Exception {
    List<String> names = List.of("a", "b", "c", "d", "e", "f", "g");
    assertEquals(
        names,
        run(() -> {
          names.forEach(name -> note(name, 1));
          endAt(1);
          clock.advance(Duration.ofSeconds(1));
        }));
  }

  @Test
  void aPastAppointmentIsNotKeptWithinTheCall() throws Exception {
    assertEquals(
        List.of("after the call", "kept"),
        run(() -> {
          note("kept", -1000);
          done.add("after the call");
          endAt(0);
        }));
  }

  @Test
  void anActionMayMakeAppointments() throws Exception {
    assertEquals(
        List.of("first", "second", "third"),
        run(() -> {
          note("first", 1);
          agenda.at(2 * MILLI, this, () -> note("third", 3));
          agenda.at(2 * MILLI, this, () -> note("second", 0));
          endAt(5);
          clock.advance(Duration.ofMillis(10));
        }));
  }

  // Ten thousand devices must not mean ten thousand timers.
  @Test
  void thereIsOneTimerHoweverManyAppointments() throws Exception {
    context.runOnContext(now -> {
      long before = vertx.setTimer(1_000_000, never -> {});
      for (int i = 0; i < 100; i++) {
        note("far", 1_000_000 + i);
      }
      long timers = vertx.setTimer(1_000_000, never -> {}) - before - 1;
      end.complete(List.of(timers + " timer"));
    });
    assertEquals(List.of("1 timer"), end.future().await(10, TimeUnit.SECONDS));
  }

  @Test
  void whatIsDroppedIsNotDoneAndTheRestIs() throws Exception {
    Object other = new Object();
    assertEquals(
        List.of("kept"),
        run(() -> {
          agenda.at(MILLI, other, () -> done.add("dropped"));
          note("kept", 2);
          agenda.at(3 * MILLI, other, () -> done.add("dropped too"));
          endAt(4);
          agenda.drop(other);
          clock.advance(Duration.ofSeconds(1));
        }));
  }

  // A session that ends in the middle of its own appointments.
  @Test
  void anActionMayDropWhatIsDueAfterIt() throws Exception {
    Object other = new Object();
    assertEquals(
        List.of(),
        run(() -> {
          agenda.at(MILLI, this, () -> agenda.drop(other));
          agenda.at(2 * MILLI, other, () -> done.add("dropped"));
          endAt(3);
          clock.advance(Duration.ofSeconds(1));
        }));
  }

  // One link's fault must not stop the polls of all others.
  @Test
  void anActionThatThrowsDoesNotStopTheOthers() throws Exception {
    Promise<Throwable> thrown = Promise.promise();
    context.exceptionHandler(thrown::tryComplete);
    IllegalStateException fault = new IllegalStateException("planted");
    assertEquals(
        List.of("after"),
        run(() -> {
          agenda.at(
              MILLI,
              this,
              () -> {
                throw fault;
              });
          note("after", 2);
          endAt(3);
          clock.advance(Duration.ofSeconds(1));
        }));
    assertEquals(fault, thrown.future().await(10, TimeUnit.SECONDS));
  }
}
