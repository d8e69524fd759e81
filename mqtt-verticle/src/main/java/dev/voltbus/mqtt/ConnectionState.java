package dev.voltbus.mqtt;

import java.util.List;
import java.util.concurrent.TimeUnit;

/// Where a broker connection stands. A value: event and time give the next state and what to do.
///
/// @param phase what goes on
/// @param failures attempts that failed in a row
/// @param quickLosses connections in a row that were lost right after they were accepted
/// @param onlineSinceNanos monotonic time of the last CONNACK
record ConnectionState(Phase phase, int failures, int quickLosses, long onlineSinceNanos) {
  static final ConnectionState INITIAL = new ConnectionState(Phase.IDLE, 0, 0, 0);

  private static final long QUICK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int TAKEOVERS = 3;

  enum Phase {
    IDLE,
    CONNECTING,
    ONLINE,
    WAITING,
    STOPPED
  }

  /// What happened.
  sealed interface Event {}

  /// The connection is wanted.
  record Start() implements Event {}

  /// The broker accepted (CONNACK).
  record Accepted() implements Event {}

  /// The attempt failed, or the connection was lost.
  ///
  /// @param random for the jitter, 0 to 1
  record Failed(double random) implements Event {}

  /// The connection, or the attempt underway, is to be ended and made anew without a pause: its
  /// login ends soon, or somebody asked for it.
  record Renew() implements Event {}

  /// The pause is over.
  record PauseOver() implements Event {}

  /// The connection is no longer wanted.
  record Stop() implements Event {}

  /// What to do.
  sealed interface Effect {}

  /// Open a connection with a new client.
  record Open() implements Effect {}

  /// Wait, then report `PauseOver`.
  record Wait(long millis) implements Effect {}

  /// Tell people that another client uses the same client id.
  record TakeoverAlarm() implements Effect {}

  /// The next state and the effects in order.
  record Step(ConnectionState state, List<Effect> effects) {
    Step {
      effects = List.copyOf(effects);
    }
  }

  /// @throws IllegalStateException if the event cannot happen in this state
  Step after(Event event, long nowNanos, ReconnectPolicy policy) {
    return switch (event) {
      case Start start -> open(expect(event, phase == Phase.IDLE));
      case PauseOver over -> open(expect(event, phase == Phase.WAITING));
      case Accepted accepted ->
          new Step(expect(event, phase == Phase.CONNECTING).accepted(nowNanos), List.of());
      case Failed failed ->
          expect(event, phase == Phase.CONNECTING || phase == Phase.ONLINE)
              .failed(failed.random(), nowNanos, policy);
      case Renew renew ->
          new Step(
              expect(event, phase == Phase.CONNECTING || phase == Phase.ONLINE).renewing(),
              List.of());
      case Stop stop -> new Step(in(Phase.STOPPED), List.of());
    };
  }

  private ConnectionState expect(Event event, boolean isLegal) {
    if (!isLegal) {
      throw new IllegalStateException(
          event.getClass().getSimpleName() + " cannot happen while " + phase);
    }
    return this;
  }

  private static Step open(ConnectionState from) {
    return new Step(from.in(Phase.CONNECTING), List.of(new Open()));
  }

  private ConnectionState in(Phase next) {
    return new ConnectionState(next, failures, quickLosses, onlineSinceNanos);
  }

  private ConnectionState accepted(long nowNanos) {
    return new ConnectionState(Phase.ONLINE, failures, quickLosses, nowNanos);
  }

  private ConnectionState renewing() {
    return new ConnectionState(Phase.WAITING, 0, 0, onlineSinceNanos);
  }

  private Step failed(double random, long nowNanos, ReconnectPolicy policy) {
    boolean wasOnline = phase == Phase.ONLINE;
    boolean wasQuick = wasOnline && nowNanos - onlineSinceNanos < QUICK_NANOS;
    int inARow = wasOnline && !wasQuick ? 1 : failures + 1;
    int losses = wasQuick ? quickLosses + 1 : wasOnline ? 0 : quickLosses;
    ConnectionState next = new ConnectionState(Phase.WAITING, inARow, losses, onlineSinceNanos);
    boolean isTakeover = losses >= TAKEOVERS;
    Effect pause =
        new Wait(isTakeover ? policy.takeoverPauseMillis() : policy.pauseMillis(inARow, random));
    boolean isNew = isTakeover && losses == TAKEOVERS && wasQuick;
    return new Step(next, isNew ? List.of(new TakeoverAlarm(), pause) : List.of(pause));
  }
}
