package dev.voltbus.deploy;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `/health/started`, `/health/ready`, `/health/live` and `/metrics` for the machine that watches
/// this process.
///
/// Started: every role has been deployed. Ready: started and not stopping; a device or broker that
/// is away leaves the process ready, the body says `degraded` and names it. Live: the event loop
/// answers.
final class HealthServer extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(HealthServer.class);
  private static final String JSON = "application/json";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  /// A client that had offered HTTP/2 by an upgrade was seen to wait for ever for the rest of its
  /// answer.
  private static final HttpServerOptions HTTP_1_1 =
      new HttpServerOptions().setHttp2ClearTextEnabled(false);

  private final String host;
  private final int port;
  private final HealthBoard board;
  private final PrometheusMetrics metrics;
  private @Nullable HttpServer server;

  HealthServer(String host, int port, HealthBoard board, PrometheusMetrics metrics) {
    this.host = host;
    this.port = port;
    this.board = board;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    HttpServer opened = vertx.createHttpServer(HTTP_1_1).requestHandler(this::answer);
    server = opened;
    return opened
        .listen(port, host)
        .recover(e -> Future.failedFuture(new IllegalStateException(cannotListen(e), e)));
  }

  private String cannotListen(Throwable cause) {
    return "health: cannot listen on " + host + ":" + port + ": " + cause.getMessage();
  }

  /// The port it listens on, once deployed.
  int port() {
    @Nullable HttpServer open = server;
    return open == null ? port : open.actualPort();
  }

  private void answer(HttpServerRequest request) {
    boolean running = board.phase() == HealthBoard.Phase.RUNNING;
    boolean started = board.phase() != HealthBoard.Phase.STARTING;
    switch (String.valueOf(request.path())) {
      case "/health/live" -> state(request, true);
      case "/health/started" -> state(request, started);
      case "/health/ready" -> state(request, running);
      case "/metrics" -> send(request, 200, PROMETHEUS, metrics.scrape());
      default -> send(request, 404, JSON, "{\"error\":\"no such page\"}");
    }
  }

  private void state(HttpServerRequest request, boolean fine) {
    send(request, fine ? 200 : 503, JSON, board.describe().encode());
  }

  private static void send(HttpServerRequest request, int status, String type, String body) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("content-type", type)
        .putHeader("cache-control", "no-store")
        .end(body)
        .onFailure(gone -> LOG.debug("health={} {}", request.path(), gone.getMessage()));
  }

  @Override
  public Future<?> stop() {
    @Nullable HttpServer open = server;
    return open == null ? Future.succeededFuture() : open.close();
  }
}
