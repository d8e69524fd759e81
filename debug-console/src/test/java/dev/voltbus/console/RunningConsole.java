package dev.voltbus.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.Bus;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/// A console deployed on a free loopback port, its bus, and a client that asks it.
final class RunningConsole {
  private static final long LIMIT_SECONDS = 20;
  private static final long ASK_AGAIN_MILLIS = 20;

  final TestingTime time = new TestingTime();
  final Bus bus;
  final int port;
  private final Vertx vertx;
  private final HttpClient client;

  /// What the node has to say of itself.
  volatile String notice = "";

  RunningConsole(Vertx vertx, Site site) {
    this.vertx = vertx;
    this.bus = Bus.over(vertx);
    this.client = vertx.createHttpClient();
    ConsoleVerticle verticle = new ConsoleVerticle(site, wiring(), "127.0.0.1", 0, () -> notice);
    await(vertx.deployVerticle(verticle));
    this.port = verticle.port();
  }

  Wiring wiring() {
    return new Wiring(bus, new SingleProcessLeases(time), time, Metrics.none(), Health.none());
  }

  static <T> T await(Future<T> future) {
    try {
      return future.await(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError("nothing within " + LIMIT_SECONDS + " s", late);
    }
  }

  /// The answer to a request with the given status.
  JsonObject ask(HttpMethod method, String path, int status, String... headers) {
    HttpClientResponse response = await(send(method, path, headers));
    assertEquals(status, response.statusCode());
    return await(response.body()).toJsonObject();
  }

  JsonObject get(String path) {
    return ask(HttpMethod.GET, path, 200);
  }

  Future<HttpClientResponse> send(HttpMethod method, String path, String... headers) {
    RequestOptions options =
        new RequestOptions().setMethod(method).setHost("127.0.0.1").setPort(port).setURI(path);
    for (int i = 0; i < headers.length; i += 2) {
      options.putHeader(headers[i], headers[i + 1]);
    }
    return client.request(options).compose(RunningConsole::exchange);
  }

  /// Runs on the event loop: attached from the test's thread, the body could be over before.
  private static Future<HttpClientResponse> exchange(HttpClientRequest request) {
    return request.send().compose(response -> response.body().map(body -> response));
  }

  /// Asks again until the answer is as wanted: a message on the bus arrives some time after it was
  /// published.
  JsonObject getUntil(String path, Predicate<JsonObject> wanted) {
    return await(repeat(path, wanted));
  }

  private Future<JsonObject> repeat(String path, Predicate<JsonObject> wanted) {
    return send(HttpMethod.GET, path)
        .compose(HttpClientResponse::body)
        .map(body -> body.toJsonObject())
        .compose(json ->
            wanted.test(json)
                ? Future.succeededFuture(json)
                : vertx
                    .timer(ASK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)
                    .compose(passed -> repeat(path, wanted)));
  }

  /// A value of the battery as the REST interface shows it.
  JsonObject value(String key) {
    return row(get(VALUES), key);
  }

  static final String VALUES = "/api/v1/devices/" + Fixtures.BMS + "/values";

  static JsonObject row(JsonObject device, String key) {
    return device.getJsonArray("values").stream()
        .map(JsonObject.class::cast)
        .filter(row -> row.getString("key").equals(key))
        .findFirst()
        .orElseGet(JsonObject::new);
  }

  static JsonObject device(JsonObject site) {
    return site.getJsonArray("devices").getJsonObject(0);
  }

  static JsonObject link(JsonObject site) {
    return site.getJsonArray("links").getJsonObject(0);
  }
}
