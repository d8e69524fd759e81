package dev.voltbus.modbus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A request on its way: waiting, then sent, then done. The actor, the watchdog and close race for
/// it; whoever moves it to done decides its outcome, and only then.
final class Pending<T> {
  /// Turns the answer into the result.
  @FunctionalInterface
  interface Decoder<T> {
    @Nullable T decode(byte[] pdu);
  }

  private sealed interface Phase {
    record Waiting() implements Phase {}

    record Sent() implements Phase {}

    record Done(@Nullable ModbusException failure) implements Phase {}
  }

  private final ModbusRequest request;
  private final Duration timeout;
  private final long deadlineNanos;
  private final BooleanSupplier permit;
  private final Decoder<T> decoder;
  private final ContextInternal context;
  private final Promise<T> promise;
  private final AtomicReference<Phase> phase = new AtomicReference<>(new Phase.Waiting());
  private final Consumer<Pending<?>> whenDone;
  private volatile long timer = -1;

  /// @param pauseNanos time that the unit must be left alone before, which the deadline does not
  ///   count
  /// @param permit asked immediately before the request goes out
  /// @param context where the future completes, behind whatever was told there before
  /// @param whenDone hears of the end just before the caller does
  Pending(
      ModbusRequest request,
      Duration timeout,
      long pauseNanos,
      BooleanSupplier permit,
      Decoder<T> decoder,
      ContextInternal context,
      Consumer<Pending<?>> whenDone) {
    this.request = request;
    this.timeout = timeout;
    this.deadlineNanos = System.nanoTime() + pauseNanos + timeout.toNanos();
    this.permit = permit;
    this.decoder = decoder;
    this.context = context;
    this.promise = context.promise();
    this.whenDone = whenDone;
  }

  ModbusRequest request() {
    return request;
  }

  Future<T> future() {
    return promise.future();
  }

  /// The time limit as messages show it.
  String limit() {
    return "deadline of " + Range.millis(timeout);
  }

  Duration timeout() {
    return timeout;
  }

  long nanosLeft() {
    return deadlineNanos - System.nanoTime();
  }

  /// When to stop waiting for an answer to what is sent now.
  long answerDeadlineNanos() {
    return System.nanoTime() + Math.min(nanosLeft(), timeout.toNanos());
  }

  /// The watchdog's timer; -1 before there is one.
  long timer() {
    return timer;
  }

  void watchedBy(long timer) {
    this.timer = timer;
  }

  boolean isPermitted() {
    return permit.getAsBoolean();
  }

  boolean isSent() {
    return phase.get() instanceof Phase.Sent;
  }

  /// Claims the request for the wire; false when its outcome is decided already.
  boolean send() {
    Phase now = phase.get();
    return now instanceof Phase.Waiting && phase.compareAndSet(now, new Phase.Sent());
  }

  /// Decides a request that was not sent; false when it was, or is done.
  boolean failWaiting(ModbusException failure) {
    Phase now = phase.get();
    return now instanceof Phase.Waiting && finish(now, failure);
  }

  /// Decides a request that was sent; false when it was not, or is done.
  boolean failSent(ModbusException failure) {
    return phase.get() instanceof Phase.Sent sent && finish(sent, failure);
  }

  /// Decides with the answer; false when the outcome was decided before it came.
  boolean answer(byte[] pdu) {
    T result = decoder.decode(pdu);
    Phase now = phase.get();
    if (now instanceof Phase.Done || !phase.compareAndSet(now, new Phase.Done(null))) {
      return false;
    }
    whenDone.accept(this);
    deliver(() -> promise.complete(result));
    return true;
  }

  /// Decides with a refusal by the device; false when the outcome was decided before it came.
  boolean refuse(ModbusDeviceException refusal) {
    Phase now = phase.get();
    return !(now instanceof Phase.Done) && finish(now, refusal);
  }

  /// Why it failed; null while it has not.
  @Nullable ModbusException failure() {
    return phase.get() instanceof Phase.Done done ? done.failure() : null;
  }

  private boolean finish(Phase now, ModbusException failure) {
    if (!phase.compareAndSet(now, new Phase.Done(failure))) {
      return false;
    }
    whenDone.accept(this);
    deliver(() -> promise.fail(failure));
    return true;
  }

  /// Completes the future on the caller's context and not here: a caller that has yet to add its
  /// handler would otherwise be answered at once, ahead of the news of the connection that wait for
  /// its event loop. That refuses work once Vert.x is closed; then nobody is left to tell.
  private void deliver(Runnable outcome) {
    try {
      context.runOnContext(v -> outcome.run());
    } catch (RejectedExecutionException e) {
      ConnectionActor.LOG.debug("result dropped, its event loop has ended");
    }
  }
}
