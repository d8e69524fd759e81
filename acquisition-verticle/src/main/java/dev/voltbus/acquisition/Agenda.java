package dev.voltbus.acquisition;

import dev.voltbus.contract.TimeSource;
import io.vertx.core.Vertx;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/// The appointments of one verticle on a single Vert.x timer, armed for the earliest of them.
/// Belongs to one context; nothing here is shared between threads.
final class Agenda {
  private static final long NO_TIMER = -1;

  /// A timer and the clock may run apart, such as on a machine that was suspended.
  private static final long LONGEST_TIMER_MILLIS = 1000;

  private final Vertx vertx;
  private final TimeSource time;
  private final PriorityQueue<Appointment> appointments =
      new PriorityQueue<>(
          Comparator.comparingLong(Appointment::atNanos).thenComparingLong(Appointment::number));
  private long made;
  private long timer = NO_TIMER;
  private long armedFor;

  private record Appointment(long atNanos, long number, Object owner, Runnable action) {}

  Agenda(Vertx vertx, TimeSource time) {
    this.vertx = vertx;
    this.time = time;
  }

  /// Runs the action at a monotonic time, at once if that is past, but never within this call.
  /// Actions of one moment run in the order in which they were added.
  ///
  /// @param owner in whose name [#drop] takes it back
  void at(long nanos, Object owner, Runnable action) {
    appointments.add(new Appointment(nanos, made++, owner, action));
    arm();
  }

  /// Forgets all appointments of one owner.
  void drop(Object owner) {
    appointments.removeIf(appointment -> appointment.owner.equals(owner));
    if (appointments.isEmpty()) {
      disarm();
    }
  }

  private void arm() {
    Appointment next = appointments.peek();
    if (next == null || (timer != NO_TIMER && armedFor <= next.atNanos)) {
      return;
    }
    disarm();
    long wait = TimeUnit.NANOSECONDS.toMillis(next.atNanos - time.monotonicNanos() + 999_999);
    armedFor = next.atNanos;
    timer = vertx.setTimer(Math.clamp(wait, 1, LONGEST_TIMER_MILLIS), id -> run());
  }

  private void disarm() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
      timer = NO_TIMER;
    }
  }

  /// An action that throws costs the others nothing but a millisecond.
  private void run() {
    timer = NO_TIMER;
    long now = time.monotonicNanos();
    try {
      while (!appointments.isEmpty() && appointments.element().atNanos <= now) {
        appointments.remove().action.run();
      }
    } finally {
      arm();
    }
  }
}
