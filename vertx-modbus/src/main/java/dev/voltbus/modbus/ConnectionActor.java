package dev.voltbus.modbus;

import dev.voltbus.modbus.ModbusRequest.ReadBits;
import dev.voltbus.modbus.ModbusRequest.ReadDeviceId;
import dev.voltbus.modbus.ModbusRequest.ReadWords;
import dev.voltbus.modbus.ModbusRequest.ReadWriteRegisters;
import dev.voltbus.modbus.ModbusRequest.Write;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The client: two lanes of waiting requests and one virtual thread that owns the connection and
/// works them off one by one. The thread blocks in socket calls, which since JDK 24 frees its
/// carrier also inside j2mod's `synchronized` methods.
///
/// Each request has a watchdog, a timer on an event loop of the client's own choice, never on the
/// caller's context: a worker that is busy would delay it. It fails a request that waits too long
/// and closes the connection under one that is out too long, such as when a device sends a byte now
/// and then, which starts a socket's time limit anew each time.
final class ConnectionActor implements ModbusClient {
  static final Logger LOG = LoggerFactory.getLogger(ModbusClient.class);

  private final ModbusClientOptions options;
  private final VertxInternal vertx;
  private final ContextInternal home;
  private final ContextInternal watch;
  private final Lanes lanes;
  private final Thread thread;
  private final Promise<Void> ended = Promise.promise();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong expired = new AtomicLong();
  private final AtomicLong overloads = new AtomicLong();
  private final AtomicLong connects = new AtomicLong();
  private final AtomicLong losses = new AtomicLong();
  private volatile Handler<ConnectionState> connectionHandler = state -> {};
  private volatile @Nullable Pending<?> current;
  private @Nullable Wire wire;
  private int transaction;

  private ConnectionActor(VertxInternal vertx, ModbusClientOptions options) {
    this.vertx = vertx;
    this.options = options;
    this.home = vertx.getOrCreateContext();
    this.watch = vertx.createEventLoopContext();
    this.lanes = new Lanes(options.queueBound());
    this.thread = Thread.ofVirtual().name("modbus-" + options.endpoint()).unstarted(this::run);
  }

  static ConnectionActor start(Vertx vertx, ModbusClientOptions options) {
    ConnectionActor actor = new ConnectionActor((VertxInternal) vertx, options);
    actor.thread.start();
    return actor;
  }

  @Override
  public ModbusClientOptions options() {
    return options;
  }

  @Override
  public Future<Words> read(ReadWords request, Duration timeout) {
    return submit(request, timeout, pdu -> Pdu.words(request, pdu));
  }

  @Override
  public Future<Bits> read(ReadBits request, Duration timeout) {
    return submit(request, timeout, pdu -> Pdu.bits(request, pdu));
  }

  @Override
  public Future<Void> write(Write request, Duration timeout, BooleanSupplier permit) {
    return submit(
        request,
        timeout,
        permit,
        pdu -> {
          Pdu.checkEcho(request, pdu);
          return null;
        });
  }

  @Override
  public Future<Words> exchange(ReadWriteRegisters request, Duration timeout) {
    return submit(request, timeout, pdu -> Pdu.words(request, pdu));
  }

  @Override
  public Future<DeviceId> read(ReadDeviceId request, Duration timeout) {
    return DeviceIdWalk.of(request, timeout, this::readPart);
  }

  private Future<DeviceIdPart> readPart(ReadDeviceId request, Duration timeout) {
    return submit(request, timeout, pdu -> DeviceIdPart.decode(request, pdu));
  }

  @Override
  public ModbusClient connectionHandler(Handler<ConnectionState> handler) {
    connectionHandler = handler;
    return this;
  }

  @Override
  public ModbusCounters counters() {
    return new ModbusCounters(
        sent.get(), answered.get(), expired.get(), overloads.get(), connects.get(), losses.get());
  }

  @Override
  public Future<Void> close() {
    if (closing.compareAndSet(false, true)) {
      lanes.close();
      lanes.drain().forEach(this::failClosed);
      endThread(current);
    }
    PromiseInternal<Void> closed = vertx.getOrCreateContext().promise();
    ended.future().onComplete(closed);
    return closed.future();
  }

  /// An exchange may finish, within limits; a wait for requests or a connect is interrupted.
  private void endThread(@Nullable Pending<?> outstanding) {
    if (outstanding != null) {
      failClosed(outstanding);
    }
    if (outstanding != null && outstanding.isSent()) {
      var _ = watch.setTimer(options.requestTimeout().toMillis(), timer -> cutOff(outstanding));
    } else {
      thread.interrupt();
    }
  }

  private boolean failClosed(Pending<?> pending) {
    return pending.failWaiting(
        new ModbusClosedException(options.endpoint(), pending.request(), false));
  }

  private void cutOff(Pending<?> outstanding) {
    outstanding.failSent(
        new ModbusClosedException(options.endpoint(), outstanding.request(), true));
  }

  private <T> Future<T> submit(
      ModbusRequest request, Duration timeout, Pending.Decoder<T> decoder) {
    return submit(request, timeout, () -> true, decoder);
  }

  private <T> Future<T> submit(
      ModbusRequest request, Duration timeout, BooleanSupplier permit, Pending.Decoder<T> decoder) {
    Range.check(
        "timeout", timeout, ModbusClientOptions.SHORTEST, ModbusClientOptions.LONGEST_REQUEST);
    Pending<T> pending =
        new Pending<>(request, timeout, permit, decoder, vertx.getOrCreateContext(), this::settled);
    pending.watchedBy(watch.setTimer(timeout.toMillis(), id -> expire(pending)));
    switch (lanes.offer(pending)) {
      case ACCEPTED -> {}
      case FULL -> {
        overloads.incrementAndGet();
        pending.failWaiting(
            new ModbusOverloadException(options.endpoint(), request, options.queueBound()));
      }
      case CLOSED -> failClosed(pending);
    }
    return pending.future();
  }

  private void settled(Pending<?> pending) {
    vertx.cancelTimer(pending.timer());
    if (pending.failure() instanceof ModbusDeadlineException) {
      expired.incrementAndGet();
    }
  }

  /// The deadline has passed, wherever the request is.
  private void expire(Pending<?> pending) {
    if (failExpired(pending)) {
      lanes.remove(pending);
    } else {
      pending.failSent(timedOut(pending));
    }
  }

  private boolean failExpired(Pending<?> pending) {
    return pending.failWaiting(
        new ModbusDeadlineException(options.endpoint(), pending.request(), pending.limit()));
  }

  private void failWithdrawn(Pending<?> pending) {
    pending.failWaiting(ModbusDeadlineException.withdrawn(options.endpoint(), pending.request()));
  }

  private ModbusTimeoutException timedOut(Pending<?> pending) {
    return new ModbusTimeoutException(
        options.endpoint(), pending.request(), Range.millis(pending.timeout()));
  }

  Thread thread() {
    return thread;
  }

  /// The thread's life. An interrupt comes from [#close] only.
  private void run() {
    try {
      for (Pending<?> next = lanes.take(); next != null; next = lanes.take()) {
        current = next;
        serve(next);
        current = null;
      }
    } catch (InterruptedException e) {
      LOG.debug("{}: closed while connecting or idle", options.endpoint());
    } finally {
      end();
    }
  }

  /// Nothing the thread leaves behind may wait for a deadline to hear of it.
  private void end() {
    Pending<?> last = current;
    if (last != null) {
      failClosed(last);
      cutOff(last);
    }
    if (wire != null) {
      wire.abort();
    }
    ended.complete();
  }

  private void serve(Pending<?> pending) throws InterruptedException {
    try {
      Wire ready = connected();
      if (pending.nanosLeft() <= 0) {
        failExpired(pending);
      } else if (!pending.isPermitted()) {
        failWithdrawn(pending);
      } else if (pending.send(ready)) {
        exchange(pending, ready);
      }
    } catch (IOException e) {
      connectFailed(pending, Wire.reason(e));
    } catch (RuntimeException e) {
      LOG.error("{}: {} failed by a fault of the client", options.endpoint(), pending.request(), e);
      String reason = "fault of the client: " + e;
      pending.failSent(
          new ModbusConnectionLostException(options.endpoint(), pending.request(), reason));
      connectFailed(pending, reason);
      discard(reason);
    }
  }

  private Wire connected() throws IOException, InterruptedException {
    Wire present = wire;
    String fault = present == null ? null : present.fault();
    if (fault != null) {
      discard(fault);
    }
    if (present == null || fault != null) {
      present = Wire.open(options.endpoint(), options.connectTimeout());
      wire = present;
      connects.incrementAndGet();
      tell(new ConnectionState.Connected());
    }
    return present;
  }

  /// All who waited for this connection hear of it now; else each of them would try in turn.
  private void connectFailed(Pending<?> first, String reason) {
    tell(new ConnectionState.ConnectFailed(reason));
    failUnconnected(first, reason);
    lanes.drain().forEach(waiting -> failUnconnected(waiting, reason));
  }

  private void failUnconnected(Pending<?> pending, String reason) {
    pending.failWaiting(new ModbusConnectException(options.endpoint(), pending.request(), reason));
  }

  private void exchange(Pending<?> pending, Wire ready) {
    sent.incrementAndGet();
    transaction = transaction + 1 & 0xFFFF;
    try {
      Duration left = Duration.ofNanos(pending.nanosLeft());
      byte[] pdu = ready.exchange(pending.request(), transaction, left);
      answered.incrementAndGet();
      if (!settle(pending, pdu)) {
        discard("answer came after its deadline");
      }
    } catch (IOException e) {
      pending.failSent(translate(pending, e));
      giveUp(pending, e);
    }
  }

  private boolean settle(Pending<?> pending, byte[] pdu) throws ProtocolViolation {
    return Pdu.isRefusal(pdu)
        ? pending.refuse(ModbusDeviceException.of(options.endpoint(), pending.request(), pdu))
        : pending.answer(pdu);
  }

  private ModbusException translate(Pending<?> pending, IOException e) {
    if (closing.get() && Thread.currentThread().isInterrupted()) {
      return new ModbusClosedException(options.endpoint(), pending.request(), true);
    }
    return switch (e) {
      case SocketTimeoutException _ -> timedOut(pending);
      case ProtocolViolation violation ->
          new ModbusProtocolException(
              options.endpoint(), pending.request(), Wire.reason(violation));
      default ->
          new ModbusConnectionLostException(options.endpoint(), pending.request(), Wire.reason(e));
    };
  }

  /// The request's own failure says more than the exception: after the watchdog that is only
  /// "socket closed".
  private void giveUp(Pending<?> pending, IOException e) {
    ModbusException failure = pending.failure();
    discard(failure == null ? Wire.reason(e) : failure.getMessage());
  }

  private void discard(String reason) {
    if (wire != null) {
      wire.abort();
      wire = null;
      losses.incrementAndGet();
      tell(new ConnectionState.Lost(reason));
    }
  }

  private void tell(ConnectionState state) {
    if (closing.get()) {
      return;
    }
    try {
      home.runOnContext(v -> connectionHandler.handle(state));
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: {} not told, the event loop has ended", options.endpoint(), state);
    }
  }
}
