package dev.voltbus.simulator.broker;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.MqttServerOptions;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives the broker its event loop and its listening socket.
final class BrokerVerticle extends VerticleBase {

  private static final Logger log = LoggerFactory.getLogger(BrokerVerticle.class);

  /// Vert.x MQTT allows 23 characters by default, other brokers and clients any number.
  private static final int MAX_CLIENT_ID_LENGTH = 65_535;

  /// Far more than needed (one or two); bounds the wait if another process takes the port.
  private static final int PROBES = 100;

  private final BrokerOptions options;
  private final Exchange exchange;
  private final Admission admission;
  private @Nullable MqttServer server;

  BrokerVerticle(BrokerOptions options) {
    this.options = options;
    this.exchange = new Exchange(options.limits());
    this.admission = new Admission(options, exchange);
  }

  @Override
  public Future<?> start() {
    return listen(options.port());
  }

  @Override
  public Future<?> stop() {
    return close();
  }

  /// Runs the question on the broker's event loop and answers there.
  <T> Future<T> ask(Supplier<Future<T>> question) {
    Promise<T> answer = Promise.promise();
    context.runOnContext(unused -> question.get().onComplete(answer));
    return answer.future();
  }

  Exchange exchange() {
    return exchange;
  }

  int port() {
    @Nullable MqttServer open = server;
    return open == null ? 0 : open.actualPort();
  }

  /// Listens, unless it already does.
  Future<Void> listen(int port) {
    if (server != null) {
      return Future.succeededFuture();
    }
    MqttServer fresh = MqttServer.create(vertx, serverOptions());
    fresh.endpointHandler(admission::connect).exceptionHandler(this::refused);
    server = fresh;
    return fresh
        .listen(port, options.host())
        .onSuccess(up -> log.info("broker={}:{} listens", options.host(), up.actualPort()))
        .onFailure(cause -> server = null)
        .mapEmpty();
  }

  /// Closes the listening socket and every connection; sessions and retained messages stay.
  Future<Void> close() {
    @Nullable MqttServer old = server;
    if (old == null) {
      return Future.succeededFuture();
    }
    int port = old.actualPort();
    server = null;
    exchange.clients().forEach(Client::drop);
    NetClient probe = vertx.createNetClient();
    return old.close()
        .compose(unused -> awaitRefusal(probe, port, PROBES))
        .eventually(probe::close)
        .onSuccess(unused -> log.info("broker={}:{} listens no more", options.host(), port));
  }

  /// The JDK frees a listening socket at a later turn of its selector, shortly after Vert.x has
  /// reported it as closed; until then TCP goes on accepting and the port cannot be bound again.
  private Future<Void> awaitRefusal(NetClient probe, int port, int probesLeft) {
    return probe
        .connect(port, options.host())
        .compose(NetSocket::close)
        .map(true)
        .otherwise(false)
        .compose(accepted ->
            accepted && probesLeft > 0
                ? awaitRefusal(probe, port, probesLeft - 1)
                : Future.succeededFuture());
  }

  private MqttServerOptions serverOptions() {
    MqttServerOptions server = new MqttServerOptions();
    server
        .setMaxMessageSize(options.limits().messageBytes())
        .setMaxClientIdLength(MAX_CLIENT_ID_LENGTH)
        .setTcpNoDelay(true);
    return server;
  }

  private void refused(Throwable cause) {
    log.warn("broker={} refused a connection: {}", options.host(), cause.toString());
  }
}
