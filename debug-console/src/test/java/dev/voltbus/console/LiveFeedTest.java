package dev.voltbus.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.RegisterMap;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class LiveFeedTest {
  private static final int LARGE = 600;
  private static final int SMALL_BUFFER = 16 * 1024;

  private final BlockingQueue<JsonObject> heard = new LinkedBlockingQueue<>();
  // Vert.x closes a client that nothing refers to any more, and its connections with it.
  private WebSocketClient client;

  @BeforeEach
  void createClient(Vertx vertx) {
    client =
        vertx.createWebSocketClient(
            new WebSocketClientOptions()
                .setMaxMessageSize(1 << 20)
                .setReceiveBufferSize(SMALL_BUFFER));
  }

  @Test
  void aBrowserGetsEverythingThenOnlyWhatChanged(Vertx vertx) throws Exception {
    RunningConsole console = new RunningConsole(vertx, Fixtures.site());
    publish(console, Fixtures.snapshot(1));
    RunningConsole.await(open(console.port, "/api/v1/live?device=bms-1"));
    JsonObject full = next(message -> !values(message).isEmpty());

    publish(console, Fixtures.snapshot(Fixtures.battery(), 2, 1, 5200, 82, 21));
    JsonObject change = next(message -> !values(message).isEmpty());

    assertEquals(List.of("pack_volts", "soc", "temperature", "mode"), keys(full));
    assertEquals("change", change.getString("type"));
    assertEquals(List.of("soc"), keys(change));
    assertEquals(82.0, values(change).getFirst().getDouble("value"));
    assertEquals(100, device(change).getJsonObject("ages_ms").getLong("default"));
  }

  // A plan may be large and hardly ever changes, so it must not come with every batch of values.
  @Test
  void aReadPlanComesFirstAndThenOnlyWhenItIsToldAgain(Vertx vertx) throws Exception {
    RunningConsole console = new RunningConsole(vertx, Fixtures.site());
    publish(console, Fixtures.snapshot(1));
    RunningConsole.await(open(console.port, "/api/v1/live?device=bms-1"));
    JsonObject full = next(message -> !values(message).isEmpty());
    publish(console, Fixtures.snapshot(Fixtures.battery(), 2, 1, 5200, 82, 21));
    JsonObject change = next(message -> !values(message).isEmpty());

    console.bus.publish(Address.readPlans(Fixtures.SITE), Fixtures.plan(Fixtures.TOKEN, 1));
    JsonObject told = next(LiveFeedTest::hasPlan);
    console.time.pass(Duration.ofSeconds(30));
    JsonObject old = next(LiveFeedTest::hasPlan);

    assertEquals("untold", planState(full));
    assertFalse(hasPlan(change));
    assertEquals("in_force", planState(told));
    assertEquals("old", planState(old));
  }

  private static boolean hasPlan(JsonObject message) {
    return !message.getJsonArray("devices").isEmpty() && device(message).containsKey("plan");
  }

  private static String planState(JsonObject message) {
    return device(message).getJsonObject("plan").getString("state");
  }

  // Nobody sends a message when a value gets too old, so the feed has to say it by itself.
  @Test
  void growingStaleIsAChangeToo(Vertx vertx) throws Exception {
    RunningConsole console = new RunningConsole(vertx, Fixtures.site());
    publish(console, Fixtures.snapshot(1));
    RunningConsole.await(open(console.port, "/api/v1/live"));
    next(message -> !values(message).isEmpty());

    console.time.pass(Duration.ofSeconds(3));
    JsonObject change = next(message -> !values(message).isEmpty());

    assertEquals("stale", values(change).getFirst().getString("quality"));
  }

  // The page calls the connection lost after three seconds of silence.
  @Test
  void theSiteIsRepeatedAlthoughNothingHappens(Vertx vertx) throws Exception {
    RunningConsole console = new RunningConsole(vertx, Fixtures.site());
    RunningConsole.await(open(console.port, "/api/v1/live"));

    next(message -> message.getString("type").equals("full"));
    JsonObject beat = next(message -> message.containsKey("site"));

    assertEquals("change", beat.getString("type"));
  }

  // Any page in the plant's browsers could otherwise read the site through this WebSocket.
  @Test
  void aForeignOriginIsRefused(Vertx vertx) {
    RunningConsole console = new RunningConsole(vertx, Fixtures.site());
    WebSocketConnectOptions foreign =
        to(console.port, "/api/v1/live").addHeader("origin", "http://other.example");
    WebSocketConnectOptions own =
        to(console.port, "/api/v1/live").addHeader("origin", "http://127.0.0.1:" + console.port);

    UpgradeRejectedException refused =
        assertThrows(
            UpgradeRejectedException.class, () -> RunningConsole.await(client.connect(foreign)));

    assertEquals(403, refused.getStatus());
    assertTrue(refused.getBody().toString().contains("origin http://other.example"));
    RunningConsole.await(client.connect(own));
  }

  // A browser on a bad line must not fill the gateway's memory.
  @Test
  void aSlowBrowserLosesBatchesAndThenGetsEverything(Vertx vertx) throws Exception {
    RegisterMap map = Fixtures.large(LARGE);
    SiteView site = new SiteView(Fixtures.siteWith(map), new TestingTime(), () -> "");
    Promise<Void> slow = Promise.promise();
    LiveFeed feed = new LiveFeed(site, new TestingTime(), countingInto(slow));
    HttpServer server = RunningConsole.await(serve(vertx, site, feed, map));
    WebSocket browser = RunningConsole.await(open(server.actualPort(), "/"));
    browser.pause();

    RunningConsole.await(slow.future());
    browser.resume();
    JsonObject complete =
        next(message -> message.getLong("dropped") > 0 && values(message).size() == LARGE);

    assertEquals("full", complete.getString("type"));
  }

  /// A feed that ticks as fast as it can, with every value changed each time.
  private static Future<HttpServer> serve(
      Vertx vertx, SiteView site, LiveFeed feed, RegisterMap map) {
    AtomicLong sequence = new AtomicLong();
    return vertx
        .createHttpServer(new HttpServerOptions().setSendBufferSize(SMALL_BUFFER))
        .webSocketHandler(socket -> {
          feed.add(socket, List.copyOf(site.devices()));
          vertx.setPeriodic(1, id -> tick(site, feed, map, sequence.incrementAndGet()));
        })
        .listen(0, "127.0.0.1");
  }

  private static void tick(SiteView site, LiveFeed feed, RegisterMap map, long sequence) {
    site.accept(Fixtures.snapshot(map, sequence, Fixtures.all(LARGE, sequence % 9999)));
    feed.tick();
  }

  private static Metrics countingInto(Promise<Void> first) {
    return new Metrics() {
      @Override
      public Counter counter(String name, String help, String... labels) {
        return amount -> first.tryComplete();
      }

      @Override
      public Timing timing(String name, String help, String... labels) {
        return nanos -> {};
      }

      @Override
      public void gauge(String name, String help, DoubleSupplier figure, String... labels) {}
    };
  }

  private Future<WebSocket> open(int port, String uri) {
    return client
        .connect(to(port, uri))
        .onSuccess(socket -> socket.textMessageHandler(text -> heard.add(new JsonObject(text))));
  }

  private static WebSocketConnectOptions to(int port, String uri) {
    return new WebSocketConnectOptions().setHost("127.0.0.1").setPort(port).setURI(uri);
  }

  private JsonObject next(Predicate<JsonObject> wanted) throws InterruptedException {
    JsonObject message = heard.poll(20, TimeUnit.SECONDS);
    while (message != null && !wanted.test(message)) {
      message = heard.poll(20, TimeUnit.SECONDS);
    }
    assertTrue(message != null, "no such message within 20 s");
    return message;
  }

  private static JsonObject device(JsonObject message) {
    return message.getJsonArray("devices").getJsonObject(0);
  }

  private static List<JsonObject> values(JsonObject message) {
    return message.getJsonArray("devices").isEmpty()
        ? List.of()
        : device(message).getJsonArray("values").stream().map(JsonObject.class::cast).toList();
  }

  private static List<String> keys(JsonObject message) {
    return values(message).stream().map(row -> row.getString("key")).toList();
  }

  private static void publish(RunningConsole console, DeviceSnapshot snapshot) {
    console.bus.publish(Address.snapshots(Fixtures.SITE), snapshot);
  }
}
