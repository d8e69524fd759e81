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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The client: two lanes of waiting requests and one thread that owns the connection and works them
/// off one by one. The thread is virtual where the connection is a socket; jSerialComm blocks in
/// native code, which a virtual thread cannot leave, so a serial port has a platform thread.
///
/// Each request has a watchdog, a timer on an event loop of the client's own choice, never on the
/// caller's context: a worker that is busy would delay it. It fails a request that waits too long,
/// and closes the connection under one whose thread hangs, as in a write that nobody takes.
final class ConnectionActor implements ModbusClient {
  static final Logger LOG = LoggerFactory.getLogger(ModbusClient.class);

  /// An idle connection is looked after so often: a closed one is let go, an unplugged port too.
  private static final long IDLE_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /// Timeouts in a row, in which nothing came at all, that give a connection up.
  private static final int SILENT_LIMIT = 3;

  /// Pause after a fault of ours, so that one that comes again at once costs no processor.
  private static final long AFTER_FAULT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// How long after its deadline the thread may take to notice it.
  private static final long STUCK_MILLIS = 1_000;

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
  private final AtomicLong timeouts = new AtomicLong();
  private final Pacer pacer = new Pacer();
  private final Ledger ledger = new Ledger(pacer);
  private final Tap tap;
  private final ConcurrentLinkedQueue<Promise<Void>> disconnects = new ConcurrentLinkedQueue<>();
  private volatile Handler<ConnectionState> connectionHandler = state -> {};
  private volatile @Nullable Pending<?> current;
  private volatile @Nullable Wire wire;
  private int transaction;
  private int silentInARow;

  private ConnectionActor(VertxInternal vertx, ModbusClientOptions options) {
    this.vertx = vertx;
    this.options = options;
    this.home = vertx.getOrCreateContext();
    this.watch = vertx.createEventLoopContext();
    this.lanes = new Lanes(options.queueBound());
    this.tap = new Tap(options.endpoint(), options.tap());
    this.thread =
        threads(options.endpoint()).name("modbus-" + options.endpoint()).unstarted(this::run);
  }

  private static Thread.Builder threads(ModbusEndpoint endpoint) {
    return endpoint instanceof ModbusEndpoint.Serial
        ? Thread.ofPlatform().daemon()
        : Thread.ofVirtual();
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
    return submit(request, timeout, permit, pdu -> null);
  }

  @Override
  public Future<Words> exchange(
      ReadWriteRegisters request, Duration timeout, BooleanSupplier permit) {
    return submit(request, timeout, permit, pdu -> Pdu.words(request, pdu));
  }

  @Override
  public Future<DeviceId> read(ReadDeviceId request, Duration timeout) {
    return DeviceIdWalk.of(request, timeout, this::readPart);
  }

  private Future<DeviceIdPart> readPart(ReadDeviceId request, Duration timeout) {
    return submit(request, timeout, pdu -> DeviceIdPart.decode(request, pdu));
  }

  @Override
  public ModbusClient pace(int unit, Pacing pacing) {
    pacer.set(Range.check("unit", unit, 0, 255), pacing);
    return this;
  }

  @Override
  public Future<Void> disconnect() {
    PromiseInternal<Void> done = vertx.getOrCreateContext().promise();
    disconnects.add(done);
    lanes.wake();
    if (ended.future().isComplete()) {
      completeDisconnects();
    }
    return done.future();
  }

  private void completeDisconnects() {
    for (Promise<Void> each = disconnects.poll(); each != null; each = disconnects.poll()) {
      var _ = each.tryComplete();
    }
  }

  @Override
  public ModbusClient connectionHandler(Handler<ConnectionState> handler) {
    connectionHandler = handler;
    return this;
  }

  @Override
  public ModbusCounters counters() {
    return new ModbusCounters(
        sent.get(),
        answered.get(),
        expired.get(),
        overloads.get(),
        connects.get(),
        losses.get(),
        timeouts.get(),
        ledger.lateCount(),
        ledger.foreignCount(),
        ledger.resyncCount());
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
    if (outstanding.failSent(
        new ModbusClosedException(options.endpoint(), outstanding.request(), true))) {
      abortWire();
    }
  }

  private void abortWire() {
    Wire present = wire;
    if (present != null) {
      present.abort();
    }
  }

  private <T> Future<T> submit(
      ModbusRequest request, Duration timeout, Pending.Decoder<T> decoder) {
    return submit(request, timeout, () -> true, decoder);
  }

  private <T> Future<T> submit(
      ModbusRequest request, Duration timeout, BooleanSupplier permit, Pending.Decoder<T> decoder) {
    Range.check(
        "timeout", timeout, ModbusClientOptions.SHORTEST, ModbusClientOptions.LONGEST_REQUEST);
    Broadcast.check(options.endpoint(), request);
    long pause = Math.max(0, pacer.waitNanos(request.unit())) + pauseAfterConnectNanos();
    Pending<T> pending =
        new Pending<>(
            request, timeout, pause, permit, decoder, vertx.getOrCreateContext(), this::settled);
    long limit = TimeUnit.NANOSECONDS.toMillis(pause) + timeout.toMillis();
    pending.watchedBy(watch.setTimer(limit, id -> expire(pending)));
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

  private long pauseAfterConnectNanos() {
    return wire == null ? options.pauseAfterConnect().toNanos() : 0;
  }

  private void settled(Pending<?> pending) {
    vertx.cancelTimer(pending.timer());
    if (pending.failure() instanceof ModbusDeadlineException) {
      expired.incrementAndGet();
    }
  }

  /// The deadline has passed, wherever the request is. One that is out is the thread's to judge,
  /// which stops listening at the same moment; only a thread that hangs is helped.
  private void expire(Pending<?> pending) {
    if (failExpired(pending)) {
      lanes.remove(pending);
    } else if (pending.isSent()) {
      pending.watchedBy(watch.setTimer(STUCK_MILLIS, id -> rescue(pending)));
    }
  }

  private void rescue(Pending<?> pending) {
    if (pending.failSent(timedOut(pending))) {
      abortWire();
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
      while (!lanes.isClosed()) {
        stepSafely();
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
    try {
      var _ = closeWire("client closed");
    } finally {
      ended.complete();
      completeDisconnects();
    }
  }

  /// A thread that ended by a fault would leave every request to its deadline from then on.
  private void stepSafely() throws InterruptedException {
    try {
      step();
    } catch (RuntimeException | Error e) {
      LOG.error("{}: fault of the client; going on", options.endpoint(), e);
      letGo("fault of the client: " + e);
      TimeUnit.NANOSECONDS.sleep(AFTER_FAULT_NANOS);
    }
  }

  /// Whatever state the connection is in, the next request begins with another one.
  private void letGo(String reason) {
    Pending<?> last = current;
    current = null;
    try {
      discard(reason);
    } catch (RuntimeException e) {
      LOG.error("{}: could not close the connection", options.endpoint(), e);
    }
    if (last != null) {
      failUnconnected(last, reason);
      last.failSent(new ModbusConnectionLostException(options.endpoint(), last.request(), reason));
    }
  }

  private void step() throws InterruptedException {
    if (!disconnects.isEmpty()) {
      drop();
      completeDisconnects();
    }
    Pending<?> next = lanes.take(pacer, IDLE_CHECK_NANOS);
    if (next == null) {
      lookAfterIdle();
    } else {
      current = next;
      serve(next);
      current = null;
    }
  }

  private void drop() {
    if (closeWire("disconnected on demand")) {
      tell(new ConnectionState.Disconnected());
    }
  }

  private void lookAfterIdle() {
    Wire present = wire;
    String fault = present == null ? null : present.fault();
    if (fault != null) {
      discard(fault);
    }
  }

  /// Whatever goes wrong, the loop goes on: only this request and this connection suffer.
  private void serve(Pending<?> pending) throws InterruptedException {
    try {
      Wire ready = connected();
      if (!isAwakeForWrite(pending, ready)) {
        return;
      }
      if (pending.nanosLeft() <= 0) {
        failExpired(pending);
      } else if (!pending.isPermitted()) {
        failWithdrawn(pending);
      } else if (pending.send()) {
        exchange(pending, ready);
      }
    } catch (IOException e) {
      connectFailed(pending, Wire.reason(e));
    } catch (RuntimeException | Error e) {
      LOG.error("{}: {} failed by a fault of the client", options.endpoint(), pending.request(), e);
      String reason = "fault of the client: " + e;
      discard(reason);
      pending.failSent(
          new ModbusConnectionLostException(options.endpoint(), pending.request(), reason));
      connectFailed(pending, reason);
    }
  }

  private Wire connected() throws IOException, InterruptedException {
    lookAfterIdle();
    Wire present = wire;
    if (present == null) {
      present = Dialer.open(vertx, options, ledger, tap);
      tap.connected();
      wire = present;
      silentInARow = 0;
      connects.incrementAndGet();
      tell(new ConnectionState.Connected());
      TimeUnit.NANOSECONDS.sleep(options.pauseAfterConnect().toNanos());
    }
    return present;
  }

  /// All who waited for this connection hear of it now; else each of them would try in turn. They
  /// are taken before the first hears: what it asks next may try again.
  private void connectFailed(Pending<?> first, String reason) {
    List<Pending<?>> waiting = lanes.drain();
    tell(new ConnectionState.ConnectFailed(reason));
    failUnconnected(first, reason);
    waiting.forEach(each -> failUnconnected(each, reason));
  }

  private void failUnconnected(Pending<?> pending, String reason) {
    pending.failWaiting(new ModbusConnectException(options.endpoint(), pending.request(), reason));
  }

  private void exchange(Pending<?> pending, Wire ready) {
    int unit = pending.request().unit();
    try {
      if (Broadcast.is(options.endpoint(), unit)) {
        ready.broadcast(outgoing(pending.request()), options.turnaround().toNanos());
        pacer.used(unit);
        var _ = pending.answer(Broadcast.NO_ANSWER);
      } else {
        ask(pending, ready);
      }
    } catch (IOException e) {
      giveUp(pending, e);
    }
  }

  private Exchange outgoing(ModbusRequest request) {
    sent.incrementAndGet();
    transaction = transaction + 1 & 0xFFFF;
    return new Exchange(request, transaction, ledger);
  }

  private void ask(Pending<?> pending, Wire ready) throws IOException {
    ModbusRequest request = pending.request();
    boolean mayBeAsleep = !request.isWrite() && pacer.mayBeAsleep(request.unit());
    byte[] early = mayBeAsleep ? knock(pending, ready) : null;
    if (early != null) {
      settle(pending, early);
      return;
    }
    Exchange exchange = outgoing(request);
    byte[] pdu = exchange(ready, exchange, pending.answerDeadlineNanos());
    if (pdu == null) {
      unanswered(pending, ready, exchange);
    } else {
      if (mayBeAsleep && !ready.hasTransactions()) {
        pacer.owes(request.unit(), request.function().code(), WakeUp.REST);
      }
      answered(request);
      settle(pending, pdu);
    }
  }

  /// The unit's gap begins before anybody hears of the answer: whoever asks again at once gets the
  /// gap on top of the deadline.
  private byte @Nullable [] exchange(Wire ready, Exchange exchange, long deadlineNanos)
      throws IOException {
    try {
      return ready.exchange(exchange, deadlineNanos);
    } finally {
      pacer.used(exchange.request().unit());
    }
  }

  private void answered(ModbusRequest request) {
    answered.incrementAndGet();
    silentInARow = 0;
    pacer.heard(request.unit());
  }

  /// Sends the frame that wakes a unit, and waits a little for its answer; null when none came.
  private byte @Nullable [] knock(Pending<?> pending, Wire ready) throws IOException {
    ModbusRequest knock = WakeUp.knock(pending.request());
    long limit = System.nanoTime() + WakeUp.waitNanos(pending.nanosLeft());
    byte[] pdu = exchange(ready, outgoing(knock), limit);
    if (pdu != null) {
      answered(knock);
    }
    return pdu;
  }

  /// Wakes the unit before a write, which must not be its own wake-up frame.
  ///
  /// @return false when the connection broke meanwhile; then the write has failed unsent
  private boolean isAwakeForWrite(Pending<?> pending, Wire ready) throws InterruptedException {
    int unit = pending.request().unit();
    boolean alone = pending.request().isWrite() && !Broadcast.is(options.endpoint(), unit);
    if (!alone || !pacer.mayBeAsleep(unit)) {
      return true;
    }
    try {
      if (knock(pending, ready) != null) {
        TimeUnit.NANOSECONDS.sleep(pacer.pacing(unit).gap().toNanos());
      }
      return true;
    } catch (IOException e) {
      discard(Wire.reason(e));
      failUnconnected(pending, Wire.reason(e));
      return false;
    }
  }

  private void settle(Pending<?> pending, byte[] pdu) {
    var _ =
        Pdu.isRefusal(pdu)
            ? pending.refuse(ModbusDeviceException.of(options.endpoint(), pending.request(), pdu))
            : pending.answer(pdu);
  }

  /// A timeout leaves the connection in use: what comes late is told by its transaction, or cannot
  /// be taken for another's answer because the unit rests meanwhile.
  private void unanswered(Pending<?> pending, Wire ready, Exchange exchange) {
    timeouts.incrementAndGet();
    ModbusRequest request = pending.request();
    pacer.notHeard(request.unit());
    if (!ready.hasTransactions()) {
      pacer.owes(request.unit(), request.function().code(), options.lateness());
    }
    silentInARow = exchange.heard() ? 0 : silentInARow + 1;
    if (silentInARow >= SILENT_LIMIT) {
      discard(SILENT_LIMIT + " requests in a row got no answer at all");
    }
    String fault = exchange.fault();
    pending.failSent(
        fault == null
            ? timedOut(pending)
            : new ModbusProtocolException(options.endpoint(), request, fault));
  }

  private ModbusException translate(Pending<?> pending, IOException e) {
    return closing.get() && Thread.currentThread().isInterrupted()
        ? new ModbusClosedException(options.endpoint(), pending.request(), true)
        : new ModbusConnectionLostException(options.endpoint(), pending.request(), Wire.reason(e));
  }

  /// Lets the connection go, before the request that was on it hears of its end: whoever asks again
  /// then knows that it will be on another one. A failure that the watchdog decided says more than
  /// the exception, which is only "socket closed" then.
  private void giveUp(Pending<?> pending, IOException e) {
    ModbusException decided = pending.failure();
    ModbusException failure = decided == null ? translate(pending, e) : decided;
    discard(failure.getMessage());
    pending.failSent(failure);
  }

  private void discard(String reason) {
    if (closeWire(reason)) {
      losses.incrementAndGet();
      tell(new ConnectionState.Lost(reason));
    }
  }

  private boolean closeWire(String reason) {
    Wire present = wire;
    if (present == null) {
      return false;
    }
    wire = null;
    present.close();
    tap.lost(reason);
    return true;
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
