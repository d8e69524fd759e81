package dev.voltbus.simulator.broker;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import java.util.function.Supplier;

/// A small MQTT 3.1.1 broker inside the process, **for the demo and for tests only**. It is not a
/// production broker: it keeps everything in memory, knows one user, and has no TLS, no access
/// rights, no bridges, no MQTT 5 and no WebSocket. Run mosquitto or another real broker at a site.
///
/// Within these limits it behaves like mosquitto 2.0; one behaviour suite runs against both. The
/// whole broker lives on one event loop. Each method may be called from any thread; answers come on
/// the broker's event loop.
public final class MqttBroker {

  private final Vertx vertx;
  private final String deploymentId;
  private final BrokerVerticle verticle;
  private final int port;

  private MqttBroker(Vertx vertx, String deploymentId, BrokerVerticle verticle) {
    this.vertx = vertx;
    this.deploymentId = deploymentId;
    this.verticle = verticle;
    this.port = verticle.port();
  }

  /// Starts a broker of its own; it ends with [#stop()] or with the verticle that started it. Fails
  /// if host and port cannot be bound.
  public static Future<MqttBroker> start(Vertx vertx, BrokerOptions options) {
    BrokerVerticle verticle = new BrokerVerticle(options);
    return vertx.deployVerticle(verticle).map(id -> new MqttBroker(vertx, id, verticle));
  }

  /// The TCP port in use, also while the broker is unreachable.
  public int port() {
    return port;
  }

  /// Closes all connections and forgets everything.
  public Future<Void> stop() {
    return vertx.undeploy(deploymentId);
  }

  /// How many clients are connected and accepted.
  public Future<Integer> connections() {
    return answer(() -> verticle.exchange().connections());
  }

  /// How many messages were lost to a bound of [BrokerOptions.Limits] so far.
  public Future<Long> dropped() {
    return answer(() -> verticle.exchange().dropped());
  }

  /// The payload retained at exactly this topic, empty if there is none.
  public Future<Optional<Buffer>> retained(String topic) {
    return answer(() -> verticle.exchange().retained(topic).map(Message::payload));
  }

  /// Closes each connection without a word, as a broken network would; wills are published.
  public Future<Void> dropConnections() {
    return verticle.ask(this::dropAll);
  }

  /// Closes each connection and refuses new ones (TCP reset) until [#becomeReachable()]. Sessions
  /// and retained messages stay, wills are published.
  public Future<Void> becomeUnreachable() {
    return verticle.ask(verticle::close);
  }

  /// Listens again on the same port. Fails if another process has taken it meanwhile.
  public Future<Void> becomeReachable() {
    return verticle.ask(() -> verticle.listen(port));
  }

  private Future<Void> dropAll() {
    verticle.exchange().clients().forEach(Client::drop);
    return Future.succeededFuture();
  }

  private <T> Future<T> answer(Supplier<T> question) {
    return verticle.ask(() -> Future.succeededFuture(question.get()));
  }
}
