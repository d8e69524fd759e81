package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.LinkTls;
import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.UnitOptions;
import dev.voltbus.modbus.Bits;
import dev.voltbus.modbus.ConnectionState;
import dev.voltbus.modbus.ModbusClient;
import dev.voltbus.modbus.ModbusClientOptions;
import dev.voltbus.modbus.ModbusConnectionLostException;
import dev.voltbus.modbus.ModbusEndpoint;
import dev.voltbus.modbus.ModbusRequest;
import dev.voltbus.modbus.Pacing;
import dev.voltbus.modbus.TlsFiles;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Timer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The wire of one turn of a link: the Modbus connection, and the pauses between attempts to make
/// it.
///
/// A connection counts once a request has gone over it. A gateway that accepts and closes at once
/// is as good as none and gets the same pauses.
final class Line {
  private static final Logger LOG = LoggerFactory.getLogger(Line.class);

  private static final Duration HURRY = Duration.ofMillis(250);
  private static final Duration HURRIED_FOR = Duration.ofSeconds(5);

  /// Hears how the connection does.
  interface Listener {
    void connected();

    /// There is none, and there will be no attempt before a time.
    ///
    /// @param retryAtNanos when to try again
    void unreachable(String reason, long retryAtNanos);
  }

  private final Vertx vertx;
  private final Link link;
  private final LinkWatch watch;
  private final TimeSource time;
  private final Listener listener;
  private final Backoff backoff;
  private final Clients clients;
  private final Map<Integer, Pacing> units = new HashMap<>();
  private Duration longestGap = Duration.ZERO;

  /// Units whose requests ended a connection before any answer came on it, since the last answer.
  private final Set<Integer> closers = new HashSet<>();

  private ModbusClient client;

  /// The poll request that is out, and what is read beside it for a write.
  private final Set<Asked> asked = new HashSet<>();

  private boolean open;
  private int connection;

  /// Number of the first connection of the present client.
  private int firstConnection;

  private boolean proven;
  private boolean ended;

  /// Until when attempts follow quickly on one another.
  private @Nullable Long hurriedUntilNanos;

  /// A poll request that has no outcome yet.
  private record Asked(
      int unit, ReadPlan.Request request, long giveUpNanos, Promise<short[]> words) {
    String text() {
      return "unit " + unit + ": " + request.place().text();
    }

    void giveUp() {
      var _ = words.tryFail(text() + " had no outcome; its Modbus client was given up");
    }
  }

  Line(
      Vertx vertx,
      Clients clients,
      Link link,
      LinkWatch watch,
      TimeSource time,
      Listener listener) {
    this.link = link;
    this.watch = watch;
    this.time = time;
    this.listener = listener;
    this.backoff =
        new Backoff(link.reconnectMin(), link.reconnectMax(), RandomGenerator.getDefault());
    this.vertx = vertx;
    this.clients = clients;
    this.client = create();
  }

  private ModbusClient create() {
    return clients.create(vertx, options(link)).connectionHandler(this::changed);
  }

  private static ModbusClientOptions options(Link link) {
    ModbusClientOptions options =
        ModbusClientOptions.of(link.url())
            .withConnectTimeout(link.connectTimeout())
            .withPauseAfterConnect(link.pauseAfterConnect())
            .withRequestTimeout(link.requestTimeout());
    LinkTls files = link.tls();
    return files == null
        ? options
        : options.withTls(
            new TlsFiles(
                files.caFile(), files.certificateFile(), files.keyFile(), files.verifyHost()));
  }

  /// How long after a time-out a unit has to be left alone: without transaction ids its late answer
  /// could be taken for the next one's.
  Duration lateness() {
    return switch (client.options().endpoint()) {
      case ModbusEndpoint.Tcp _, ModbusEndpoint.Udp _, ModbusEndpoint.Tls _ -> Duration.ZERO;
      default -> client.options().lateness();
    };
  }

  /// Number of the connection: another one after each loss.
  int connection() {
    return connection;
  }

  /// Whether the client of now is on the connection with that number. Any thread may ask; on the
  /// client's own nothing can change before its request goes out.
  BooleanSupplier stillOn(int number) {
    ModbusClient present = client;
    long connects = number - firstConnection + 1L;
    return () -> present.counters().connects() == connects;
  }

  /// Sets what a unit needs between requests.
  void pace(Device device) {
    UnitOptions options = device.options();
    Pacing pacing = new Pacing(options.gap(), options.wakeUp(), options.wakeAfterIdle());
    units.put(device.unit(), pacing);
    longestGap = pacing.gap().compareTo(longestGap) > 0 ? pacing.gap() : longestGap;
    client.pace(device.unit(), pacing);
  }

  /// A device that allows one connection may still have that of a former owner: it is tried again
  /// and again at first.
  void hurry() {
    hurriedUntilNanos = time.monotonicNanos() + HURRIED_FOR.toNanos();
  }

  /// Whether there is a connection, as far as is known.
  boolean isOpen() {
    return open;
  }

  /// The client of the moment, for whatever is no poll.
  ModbusClient client() {
    return client;
  }

  /// Reads one request. Never fails: what went wrong stands in the outcome. A request that has to
  /// make the connection first gets the link's time limit at least.
  Future<Outcome> read(int unit, ReadPlan.Request request, Duration timeout) {
    boolean inTime = open || timeout.compareTo(link.requestTimeout()) >= 0;
    Duration limit = inTime ? timeout : link.requestTimeout();
    return asked(unit, request, limit)
        .<Outcome>map(words -> new Outcome.Read(block(request, words)))
        .onSuccess(read -> prove())
        .recover(failure -> Future.succeededFuture(judge(unit, failure)));
  }

  private Future<short[]> asked(int unit, ReadPlan.Request request, Duration timeout) {
    Promise<short[]> words = Promise.promise();
    long giveUp = time.monotonicNanos() + patience(timeout).toNanos();
    Asked question = new Asked(unit, request, giveUp, words);
    asked.add(question);
    Future.succeededFuture(request)
        .compose(wanted -> words(unit, wanted, timeout))
        .onComplete(came -> {
          var _ = came.succeeded() ? words.tryComplete(came.result()) : words.tryFail(came.cause());
        });
    return words.future().onComplete(over -> asked.remove(question));
  }

  /// How long a request may be without an outcome before that is a fault of the client, which keeps
  /// time limits itself: all the pauses it may have to keep, and then some.
  Duration patience(Duration timeout) {
    return timeout
        .plus(link.requestTimeout())
        .plus(link.connectTimeout())
        .plus(link.pauseAfterConnect())
        .plus(client.options().lateness())
        .plus(longestGap)
        .plus(clients.grace());
  }

  /// Gives up a request whose outcome is overdue, and the client with it: the polls go on with a
  /// new one. To be called now and then.
  void lookAfter() {
    long now = time.monotonicNanos();
    List<Asked> overdue = asked.stream().filter(each -> each.giveUpNanos <= now).toList();
    if (!overdue.isEmpty()) {
      renew(overdue.getFirst().text());
      overdue.forEach(Asked::giveUp);
    }
  }

  /// Replaces a client that does not tell how a request ended. It lets its connection go within a
  /// time limit; no poll asks for another one before.
  void renew(String what) {
    if (ended) {
      return;
    }
    LOG.error(
        "link={} {} has no outcome long after its time limit; its Modbus client is replaced",
        link.name(),
        what);
    ModbusClient stuck = client;
    stuck.connectionHandler(late -> {});
    watch.replaced(stuck.counters());
    stuck.close().onFailure(failure -> LOG.debug("link={} {}", link.name(), failure.getMessage()));
    open = false;
    proven = false;
    connection++;
    firstConnection = connection;
    client = create();
    units.forEach(client::pace);
    String reason = "its Modbus client was replaced";
    watch.unreachable(reason);
    listener.unreachable(
        reason,
        time.monotonicNanos() + link.requestTimeout().toNanos() + link.reconnectMin().toNanos());
  }

  private Future<short[]> words(int unit, ReadPlan.Request request, Duration timeout) {
    int address = request.address();
    int count = request.count();
    return switch (request.table()) {
      case HOLDING ->
          client
              .read(new ModbusRequest.ReadHolding(unit, address, count), timeout)
              .map(words -> words.toArray());
      case INPUT ->
          client
              .read(new ModbusRequest.ReadInput(unit, address, count), timeout)
              .map(words -> words.toArray());
      case COIL ->
          client.read(new ModbusRequest.ReadCoils(unit, address, count), timeout).map(Line::words);
      case DISCRETE ->
          client
              .read(new ModbusRequest.ReadDiscreteInputs(unit, address, count), timeout)
              .map(Line::words);
      case PUSHED -> throw new IllegalStateException("pushed values are not read");
    };
  }

  private RegisterBlock block(ReadPlan.Request request, short[] words) {
    return RegisterBlock.read(request.table(), request.address(), words, time.wallMillis());
  }

  private static short[] words(Bits bits) {
    short[] words = new short[bits.size()];
    for (int i = 0; i < words.length; i++) {
      words[i] = (short) (bits.at(i) ? 1 : 0);
    }
    return words;
  }

  private Outcome judge(int unit, Throwable failure) {
    open = open && !(failure instanceof ModbusConnectionLostException);
    if (failure instanceof ModbusConnectionLostException lost && !proven) {
      return closedUnproven(unit, lost);
    }
    Outcome outcome = Outcome.of(failure);
    if (!(outcome instanceof Outcome.Unconnected)) {
      prove();
    }
    return outcome;
  }

  /// One unit whose requests end the connection is that unit's fault, and its neighbours go on.
  private Outcome closedUnproven(int unit, ModbusConnectionLostException lost) {
    closers.add(unit);
    if (closers.size() < Math.min(2, units.size())) {
      return Outcome.of(lost);
    }
    unreachable("accepts the connection and closes it: " + lost.getMessage());
    return new Outcome.Unconnected(lost.getMessage());
  }

  private void changed(ConnectionState state) {
    if (ended) {
      return;
    }
    switch (state) {
      case ConnectionState.Connected() -> {
        open = true;
        proven = false;
        watch.connected();
      }
      case ConnectionState.ConnectFailed(String reason) -> unreachable(reason);
      case ConnectionState.Lost(String reason) -> {
        open = false;
        connection++;
        watch.lost(reason);
      }
      case ConnectionState.Disconnected() -> {
        open = false;
        connection++;
      }
    }
  }

  private void prove() {
    if (!proven && !ended) {
      open = true;
      proven = true;
      closers.clear();
      backoff.reset();
      watch.proven();
      listener.connected();
    }
  }

  private void unreachable(String reason) {
    if (!ended) {
      watch.unreachable(reason);
      long now = time.monotonicNanos();
      boolean isHurried = hurriedUntilNanos != null && now - hurriedUntilNanos < 0;
      listener.unreachable(reason, now + (isHurried ? HURRY : backoff.next()).toNanos());
    }
  }

  /// Closes the connection; the next request makes a new one.
  void hangUp() {
    open = false;
    client
        .disconnect()
        .onFailure(failure -> LOG.debug("link={} {}", link.name(), failure.getMessage()));
  }

  /// Completes when the socket is closed; a request that is out may take its time limit. A client
  /// that hangs is not waited for: the link must be free for its next owner.
  Future<Void> close() {
    ended = true;
    Timer limit = vertx.timer(patience(link.requestTimeout()).toMillis(), TimeUnit.MILLISECONDS);
    Future<Void> closed = client.close();
    closed.onComplete(over -> {
      var _ = limit.cancel();
    });
    return Future.any(closed, limit)
        .onSuccess(over -> {
          if (!closed.isComplete()) {
            LOG.error("link={} its Modbus client does not end; going on without", link.name());
          }
        })
        .mapEmpty();
  }
}
