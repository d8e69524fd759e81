package dev.voltbus.mqtt;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.BrokerTls;
import dev.voltbus.contract.TimeSource;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.MqttConnectionException;
import io.vertx.mqtt.messages.MqttConnAckMessage;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubAckMessage;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection from CONNECT to its end, over a client object that is never used again: a used
/// one leaks its in-flight slots (Vert.x MQTT 5.1.1).
final class Session {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);
  private static final long ACCEPT_MILLIS = 10_000;
  private static final int REFUSED = 0x80;

  private final Vertx vertx;
  private final TimeSource time;
  private final ConnectionSettings settings;
  private final InFlight inFlight = new InFlight();
  private final Promise<Void> subscribed = Promise.promise();
  private Consumer<MqttPublishMessage> onMessage = message -> {};
  private Consumer<String> onLost = reason -> {};
  private @Nullable MqttClient client;
  private @Nullable PeerWatch peer;
  private long ticking = -1;
  private boolean isClosed;

  Session(Vertx vertx, TimeSource time, ConnectionSettings settings) {
    this.vertx = vertx;
    this.time = time;
    this.settings = settings;
  }

  void onMessage(Consumer<MqttPublishMessage> handler) {
    onMessage = handler;
  }

  /// Told at most once, and not after `close`.
  void onLost(Consumer<String> handler) {
    onLost = handler;
  }

  /// Completes when the broker has accepted.
  ///
  /// @param options the client's, as soon as they are read
  Future<Void> open(Future<MqttClientOptions> options) {
    return options
        .compose(this::connect)
        .timeout(ACCEPT_MILLIS, TimeUnit.MILLISECONDS)
        .onSuccess(accepted -> watch())
        .<Void>mapEmpty()
        .recover(failure -> Future.failedFuture(new MqttFailure(connectReason(failure))));
  }

  private Future<MqttConnAckMessage> connect(MqttClientOptions options) {
    if (isClosed) {
      return Future.failedFuture(new MqttFailure("closed before it was connected"));
    }
    MqttClient fresh = MqttClient.create(new CorkedVertx(vertx), options);
    client = fresh;
    listen(fresh);
    BrokerSettings broker = settings.broker();
    @Nullable BrokerTls tls = broker.tls();
    return tls == null || tls.serverName().isEmpty()
        ? fresh.connect(broker.port(), broker.host())
        : fresh.connect(broker.port(), broker.host(), tls.serverName());
  }

  private void listen(MqttClient client) {
    client.publishHandler(message -> {
      if (!isClosed) {
        onMessage.accept(message);
      }
    });
    client.closeHandler(done -> lost("closed by the broker"));
    client.exceptionHandler(failure -> lost(reason(failure)));
    client.publishCompletionHandler(id -> {
      heard();
      inFlight.acknowledged(id);
    });
    client.pingResponseHandler(done -> heard());
    client.subscribeCompletionHandler(this::subscribed);
  }

  /// Under TLS 1.3 a broker that misses our certificate closes after the handshake without a word.
  private String connectReason(Throwable failure) {
    if (client == null && failure instanceof TimeoutException) {
      return "password-file not read within " + ACCEPT_MILLIS + " ms; does its disk answer?";
    }
    @Nullable BrokerTls tls = settings.broker().tls();
    boolean mayMissCertificate = tls != null && tls.clientCertificate() == null;
    return mayMissCertificate && "Closed".equals(failure.getMessage())
        ? "closed by the broker before it answered CONNECT; it may want a client-certificate"
        : reason(failure);
  }

  boolean isFull() {
    return inFlight.isFull();
  }

  /// Completes when the message is written (QoS 0) or acknowledged.
  Future<Void> publish(Topic meant, Buffer payload) {
    @Nullable MqttClient open = connected();
    if (open == null) { // its publish would throw a NullPointerException
      return Future.failedFuture(new MqttFailure(meant.name() + " not sent: connection closed"));
    }
    Topic topic = settings.sent(meant);
    MqttQoS qos = MqttQoS.valueOf(Math.min(topic.qos(), settings.broker().kind().mostQos()));
    if (qos == MqttQoS.AT_MOST_ONCE) {
      return open.publish(topic.name(), payload, qos, false, topic.retain()).mapEmpty();
    }
    int id = inFlight.take();
    Future<Void> acknowledged = inFlight.outcome(id);
    open.publish(id, topic.name(), payload, qos, false, topic.retain())
        .onFailure(failure -> inFlight.failed(id, failure));
    return acknowledged;
  }

  /// Completes when the broker has confirmed the filters; fails if it refuses one.
  Future<Void> subscribe() {
    if (settings.filters().isEmpty()) {
      return Future.succeededFuture();
    }
    @Nullable MqttClient open = connected();
    if (open == null) {
      return Future.failedFuture(new MqttFailure("connection closed before subscribing"));
    }
    open.subscribe(filters()).onFailure(subscribed::tryFail);
    return subscribed
        .future()
        .timeout(ACCEPT_MILLIS, TimeUnit.MILLISECONDS)
        .recover(failure -> Future.failedFuture(new MqttFailure(subscribeReason(failure))));
  }

  /// Subscribes once more, so that the broker sends again what it keeps.
  void listenAgain() {
    @Nullable MqttClient open = connected();
    if (open != null) {
      open.subscribe(filters())
          .onFailure(failure -> LOG.debug("{} {}", settings.label(), failure.getMessage()));
    }
  }

  private Map<String, Integer> filters() {
    Map<String, Integer> filters = new HashMap<>();
    settings.filters().forEach(filter -> filters.put(filter, MqttQoS.AT_LEAST_ONCE.value()));
    return filters;
  }

  private static String subscribeReason(Throwable failure) {
    return failure instanceof TimeoutException
        ? "no answer to SUBSCRIBE for " + ACCEPT_MILLIS + " ms"
        : reason(failure);
  }

  private void subscribed(MqttSubAckMessage answer) {
    heard();
    if (answer.grantedQoSLevels().contains(REFUSED)) {
      subscribed.tryFail(new MqttFailure("broker refused the subscription " + settings.filters()));
    } else {
      subscribed.tryComplete();
    }
  }

  /// Ends the connection; with a broker that is alive after all is written.
  Future<Void> close(String reason) {
    if (isClosed) {
      return Future.succeededFuture();
    }
    isClosed = true;
    if (ticking >= 0) {
      vertx.cancelTimer(ticking);
    }
    inFlight.failAll(new MqttFailure(reason));
    subscribed.tryFail(new MqttFailure(reason));
    return client == null ? Future.succeededFuture() : client.disconnect();
  }

  private void watch() {
    if (isClosed || settings.keepAlive().isZero()) {
      return;
    }
    PeerWatch fresh = new PeerWatch(settings.keepAlive(), time.monotonicNanos());
    peer = fresh;
    ticking = vertx.setPeriodic(PeerWatch.tickMillis(settings.keepAlive()), id -> tick(fresh));
  }

  private void tick(PeerWatch watch) {
    switch (watch.tick(time.monotonicNanos())) {
      case PING -> ping();
      case DROP ->
          lost("no answer for " + settings.keepAlive().toMillis() * 5 / 4 + " ms, peer is dead");
      case NOTHING -> {}
    }
  }

  private void ping() {
    @Nullable MqttClient open = connected();
    if (open != null) {
      open.ping();
    }
  }

  private @Nullable MqttClient connected() {
    @Nullable MqttClient current = client;
    return current != null && current.isConnected() ? current : null;
  }

  private void heard() {
    @Nullable PeerWatch watch = peer;
    if (watch != null) {
      watch.heard(time.monotonicNanos());
    }
  }

  private void lost(String reason) {
    if (!isClosed) {
      onLost.accept(reason);
    }
  }

  static String reason(Throwable failure) {
    if (failure instanceof MqttConnectionException refused) {
      String code = refused.code().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      return code.replace("connection refused ", "refused by the broker: ");
    }
    if (failure instanceof TimeoutException) {
      return "no answer to CONNECT for " + ACCEPT_MILLIS + " ms";
    }
    Optional<String> tls = TlsReason.of(failure);
    if (tls.isPresent()) {
      return tls.get();
    }
    @Nullable String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
