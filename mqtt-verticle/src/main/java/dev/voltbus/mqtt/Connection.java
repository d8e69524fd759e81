package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerTls;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.mqtt.ConnectionSettings.Presence;
import dev.voltbus.mqtt.ConnectionState.Accepted;
import dev.voltbus.mqtt.ConnectionState.Effect;
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
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A broker connection that comes back by itself: `ConnectionState` decides, a new `Session` does
/// the work of each connection. To be used on one event loop.
final class Connection implements Outlet {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final long FAREWELL_MILLIS = 1_000;
  private static final long CLOSE_MILLIS = 500;

  /// Topics named in the log for what is too large.
  private static final int MOST_NAMES = 100;

  /// Who is told what happens to a connection.
  interface Listener {
    /// The broker accepted, the birth message is on its way, the filters are confirmed.
    void online();

    void offline(String reason);

    void message(MqttPublishMessage message);
  }

  private final Vertx vertx;
  private final TimeSource time;
  private final ConnectionSettings settings;
  private final SettingsReader reader;
  private final ReconnectPolicy policy;
  private final BooleanSupplier mayWrite;
  private final Tally tally;
  private final Listener listener;
  private final LoginWatch login;
  private final Set<String> oversized = new HashSet<>();
  private ConnectionState state = ConnectionState.INITIAL;
  private @Nullable Session session;

  /// The end of a session that is to be followed by another at once.
  private Future<Void> ending = Future.succeededFuture();

  /// Told what became of the next attempt, where somebody wants to know.
  private @Nullable Promise<Void> attempt;

  private long timer = -1;
  private boolean isReported;
  private boolean wasOnline;

  /// @param mayWrite asked before each write: whether this process still holds the lease
  Connection(
      Vertx vertx,
      TimeSource time,
      ConnectionSettings settings,
      BooleanSupplier mayWrite,
      Tally tally,
      Listener listener) {
    this.vertx = vertx;
    this.time = time;
    this.settings = settings;
    this.reader = new SettingsReader(vertx, time, settings);
    this.login = new LoginWatch(vertx, time, settings.loginLife().orElse(null), this::renew);
    this.policy = new ReconnectPolicy(settings.broker().reconnectInterval());
    this.mayWrite = mayWrite;
    this.tally = tally;
    this.listener = listener;
  }

  ConnectionSettings settings() {
    return settings;
  }

  void start() {
    @Nullable BrokerTls tls = settings.broker().tls();
    if (tls != null && !tls.verifyHost()) {
      LOG.warn(
          "{} takes any certificate of {}, whatever host it names: verify-host is false",
          settings.label(),
          address());
    }
    tally.connected(false);
    apply(new Start());
  }

  boolean isOnline() {
    return state.phase() == Phase.ONLINE;
  }

  /// Sends a message; completes when it is written (QoS 0) or acknowledged by the broker.
  Future<Void> send(Topic topic, Buffer payload) {
    int most = settings.broker().maxPayload();
    if (payload.length() > most) {
      return oversized(topic, new OversizedFailure(topic, payload.length(), most));
    }
    @Nullable Session current = session;
    if (current == null || !isOnline()) {
      tally.failed();
      return Future.failedFuture(
          new MqttFailure(topic.name() + " not sent: no connection to " + address()));
    }
    if (!mayWrite.getAsBoolean()) {
      tally.failed();
      return Future.failedFuture(new MqttFailure(topic.name() + " not sent: lease not valid"));
    }
    if (current.isFull()) {
      tally.failed();
      return Future.failedFuture(
          new MqttFailure(
              topic.name() + " not sent: " + InFlight.WINDOW + " messages are unacknowledged"));
    }
    return current
        .publish(topic, payload)
        .onSuccess(done -> tally.published())
        .onFailure(failure -> tally.failed());
  }

  private Future<Void> oversized(Topic topic, OversizedFailure failure) {
    tally.failed();
    tally.oversized();
    if (oversized.size() < MOST_NAMES && oversized.add(topic.name())) {
      LOG.error("{} {}", settings.label(), failure.getMessage());
    }
    return Future.failedFuture(failure);
  }

  @Override
  public boolean offer(Topic topic, Buffer payload) {
    Future<Void> sent = send(topic, payload);
    sent.onFailure(failure -> LOG.debug("{} {}", settings.label(), failure.getMessage()));
    return !sent.failed();
  }

  /// Says again that the connection is alive, where the contract has a status topic.
  void announce() {
    @Nullable Presence presence = settings.presence();
    if (presence != null) {
      offer(presence.birth(), presence.online());
    }
  }

  /// Subscribes once more, so that the broker sends again what it keeps.
  void listenAgain() {
    @Nullable Session current = session;
    if (current != null && isOnline()) {
      current.listenAgain();
    }
  }

  /// Says farewell, disconnects and stays so. Completes in any case, with a broker that hangs after
  /// a limit.
  Future<Void> stop() {
    if (state.phase() == Phase.STOPPED) {
      return Future.succeededFuture();
    }
    @Nullable Session last = session;
    Future<Void> farewell = last == null || !isOnline() ? Future.succeededFuture() : farewell(last);
    return farewell.eventually(this::close).eventually(() -> ending);
  }

  private Future<Void> farewell(Session last) {
    @Nullable Presence presence = settings.presence();
    if (presence == null || !mayWrite.getAsBoolean() || last.isFull()) {
      return Future.succeededFuture();
    }
    return last.publish(presence.topic(), presence.offline())
        .onSuccess(done -> tally.published())
        .timeout(FAREWELL_MILLIS, TimeUnit.MILLISECONDS)
        .otherwiseEmpty();
  }

  /// Says farewell, disconnects in order and connects at once, with what stands in the secret files
  /// then. Also in a pause between two attempts.
  ///
  /// @param reason for the log and for health
  /// @return completes with the new connection, fails with what the broker has against it
  Future<Void> reconnect(String reason) {
    Promise<Void> outcome = attempt == null ? Promise.promise() : attempt;
    switch (state.phase()) {
      case IDLE, STOPPED -> outcome.tryFail(new MqttFailure("not connected, and not meant to be"));
      case ONLINE -> again(reason, this::farewell);
      case CONNECTING -> again(reason, last -> Future.succeededFuture());
      case WAITING -> hurry(reason);
    }
    isReported = false;
    attempt = outcome.future().isComplete() ? null : outcome;
    return outcome.future();
  }

  /// Without a timer the next attempt is at hand anyway.
  private void hurry(String reason) {
    LOG.info("{} connects: {}", settings.label(), reason);
    if (timer >= 0) {
      vertx.cancelTimer(timer);
      pauseOver();
    }
  }

  private void tried(@Nullable String failure) {
    @Nullable Promise<Void> waiting = attempt;
    attempt = null;
    if (waiting == null) {
      return;
    }
    if (failure == null) {
      waiting.complete();
    } else {
      waiting.fail(new MqttFailure(failure));
    }
  }

  private Future<Void> close() {
    apply(new Stop());
    if (timer >= 0) {
      vertx.cancelTimer(timer);
    }
    login.end();
    tally.ended();
    tried("stopped");
    @Nullable Session last = session;
    session = null;
    if (last == null) {
      return Future.succeededFuture();
    }
    LOG.info("{} disconnected", settings.label());
    return end(last, "disconnected");
  }

  private void apply(Event event) {
    Step step = state.after(event, time.monotonicNanos(), policy);
    state = step.state();
    step.effects().forEach(this::perform);
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Open open -> open();
      case Wait pause -> pause(pause.millis());
      case TakeoverAlarm alarm ->
          LOG.error(
              "{} another client uses client id {}: the broker closed {} connections right after"
                  + " accepting them, next attempts every {} ms",
              settings.label(),
              settings.broker().clientId(),
              state.quickLosses(),
              policy.takeoverPauseMillis());
    }
  }

  private void pause(long millis) {
    if (millis == 0) {
      vertx.runOnContext(done -> pauseOver());
    } else {
      timer = vertx.setTimer(millis, done -> pauseOver());
    }
  }

  private void pauseOver() {
    timer = -1;
    if (state.phase() == Phase.WAITING) {
      apply(new PauseOver());
    }
  }

  private void open() {
    Session fresh = new Session(vertx, time, settings);
    session = fresh;
    fresh.onMessage(listener::message);
    fresh.onLost(reason -> lost(fresh, reason));
    fresh
        .open(reader.read())
        .onSuccess(accepted -> accepted(fresh))
        .onFailure(failure -> lost(fresh, Session.reason(failure)));
  }

  private void accepted(Session fresh) {
    if (session != fresh) {
      return;
    }
    apply(new Accepted());
    login.begin();
    tally.connected(true);
    if (wasOnline) {
      tally.reconnected();
    }
    wasOnline = true;
    isReported = false;
    LOG.info("{} connected to {}", settings.label(), address());
    announce();
    fresh
        .subscribe()
        .onSuccess(confirmed -> confirmed(fresh))
        .onFailure(failure -> unheard(fresh, failure));
  }

  private void confirmed(Session which) {
    if (session == which) {
      listener.online();
      tried(null);
    }
  }

  /// Ends the connection before the broker does, and logs in anew. The farewell is not said: the
  /// gateway is back in a moment.
  private void renew(String reason) {
    if (isOnline()) {
      again(reason, last -> Future.succeededFuture());
    }
  }

  /// Ends the session that is open or being opened. Nothing is sent on it behind the farewell.
  private void again(String reason, Function<Session, Future<Void>> farewell) {
    @Nullable Session last = session;
    if (last == null) {
      return;
    }
    session = null;
    login.end();
    LOG.info("{} reconnects: {}", settings.label(), reason);
    tally.connected(false);
    apply(new Renew());
    listener.offline(reason);
    ending = farewell.apply(last).eventually(() -> end(last, reason));
    ending.onComplete(closed -> pauseOver());
  }

  private static Future<Void> end(Session last, String reason) {
    return last.close(reason).timeout(CLOSE_MILLIS, TimeUnit.MILLISECONDS).otherwiseEmpty();
  }

  /// Nothing will arrive on this connection, but what it sends still gets there.
  private void unheard(Session which, Throwable failure) {
    if (session != which) {
      return;
    }
    String reason = Session.reason(failure);
    if (settings.mustHear()) {
      LOG.error("{} hears nothing: {}", settings.label(), reason);
      listener.offline(reason);
      tried(reason);
    } else {
      LOG.warn("{} hears nothing, but sends: {}", settings.label(), reason);
      listener.online();
      tried(null);
    }
  }

  private void lost(Session which, String reason) {
    if (session != which || state.phase() == Phase.STOPPED) {
      return;
    }
    session = null;
    login.end();
    tally.connected(false);
    which
        .close(reason)
        .onFailure(failure -> LOG.debug("{} close: {}", settings.label(), failure.getMessage()));
    if (isReported) {
      LOG.debug("{} no connection to {}: {}", settings.label(), address(), reason);
    } else {
      LOG.warn("{} no connection to {}: {}", settings.label(), address(), reason);
      isReported = true;
    }
    apply(new Failed(ThreadLocalRandom.current().nextDouble()));
    listener.offline(reason);
    tried(reason);
  }

  private String address() {
    return settings.broker().address();
  }
}
