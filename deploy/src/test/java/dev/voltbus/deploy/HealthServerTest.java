package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HealthServerTest {
  private final Vertx vertx = Vertx.vertx();
  private final HealthBoard board = new HealthBoard();
  private final PrometheusMetrics metrics = new PrometheusMetrics();
  private HealthServer server;

  @BeforeEach
  void start() {
    server = new HealthServer(Ports.HOST, 0, board, metrics);
    var _ = vertx.deployVerticle(server).await();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    metrics.close();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + Ports.HOST + ":" + server.port() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /// Status of started, ready and live.
  private List<Integer> states() throws IOException, InterruptedException {
    return List.of(
        get("/health/started").statusCode(),
        get("/health/ready").statusCode(),
        get("/health/live").statusCode());
  }

  @Test
  void portThatIsTakenIsNamed() {
    int taken = server.port();
    Future<String> second =
        vertx.deployVerticle(new HealthServer(Ports.HOST, taken, board, metrics));
    Throwable refused = assertThrows(IllegalStateException.class, second::await);
    assertEquals(
        "health: cannot listen on 127.0.0.1:" + taken + ": Address already in use",
        refused.getMessage());
  }

  // Whoever watches must neither kill a process that still starts nor send it work.
  @Test
  void statesFollowTheLifeOfTheProcess() throws Exception {
    assertEquals(List.of(503, 503, 200), states());
    board.enter(HealthBoard.Phase.RUNNING);
    assertEquals(List.of(200, 200, 200), states());
    board.enter(HealthBoard.Phase.STOPPING);
    assertEquals(List.of(200, 503, 200), states());
  }

  @Test
  void aPartThatIsDownLeavesTheProcessReady() throws Exception {
    board.enter(HealthBoard.Phase.RUNNING);
    board.down("device bms-1", "no answer");
    HttpResponse<String> answer = get("/health/ready");
    assertEquals(200, answer.statusCode());
    assertTrue(answer.body().contains("\"degraded\""), answer.body());
    assertEquals("no-store", answer.headers().firstValue("cache-control").orElse(""));
  }

  @Test
  void metricsAreInPrometheusForm() throws Exception {
    metrics.counter("voltbus_polls_total", "Polls", "device", "bms-1").add(3);
    metrics.gauge("voltbus_mqtt_connected", "Connected", () -> 1);
    metrics.timing("voltbus_mapping_seconds", "Mapping").record(2_000_000);
    HttpResponse<String> answer = get("/metrics");
    assertTrue(answer.headers().firstValue("content-type").orElse("").startsWith("text/plain"));
    for (String line :
        List.of(
            "# TYPE voltbus_polls_total counter",
            "voltbus_polls_total{device=\"bms-1\"} 3.0",
            "voltbus_mqtt_connected 1.0",
            "voltbus_mapping_seconds_count 1")) {
      assertTrue(answer.body().lines().anyMatch(line::equals), line + " in\n" + answer.body());
    }
  }

  // The JDK's client offers it, and was seen to wait for ever for the rest of its answer.
  @Test
  void http2IsNotTakenUp() throws Exception {
    assertEquals(HttpClient.Version.HTTP_1_1, get("/metrics").version());
  }

  @Test
  void anotherPageIsNotThere() throws Exception {
    assertEquals(404, get("/health").statusCode());
  }
}
