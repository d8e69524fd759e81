package dev.voltbus.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.DeviceSnapshot;
import dev.voltbus.contract.LayoutReply;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RequestAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class ConsoleVerticleTest {
  private Vertx vertx;
  private RunningConsole console;

  @BeforeEach
  void start(Vertx fresh) {
    vertx = fresh;
    console = new RunningConsole(fresh, Fixtures.site());
  }

  // A console that shows something before it heard anything would be lying.
  @Test
  void nothingIsClaimedBeforeAnythingIsHeard() {
    JsonObject site = console.get("/api/v1/site");

    assertEquals("unknown", site.getJsonObject("control").getString("mode"));
    assertEquals("unknown", RunningConsole.link(site).getString("state"));
    assertEquals("waiting", RunningConsole.device(site).getString("state"));
    assertNull(RunningConsole.device(site).getValue("sample_age_ms"));
    assertEquals(new JsonArray(), console.get(RunningConsole.VALUES).getJsonArray("values"));
  }

  @Test
  void whatTheNodeHasToSayOfItselfIsShown() {
    assertEquals("", console.get("/api/v1/site").getString("notice"));
    console.notice = "192.0.2.12:5701 has another configuration";
    assertEquals(console.notice, console.get("/api/v1/site").getString("notice"));
  }

  private static boolean hasValues(JsonObject device) {
    return !device.getJsonArray("values").isEmpty();
  }

  @Test
  void siteShowsModeLinksAndDevices() {
    console.bus.publish(
        Address.control(Fixtures.SITE), new ControlState(1, 1, ControlState.Mode.RUNNING));
    console.bus.publish(
        Address.links(Fixtures.SITE), new LinkStatus("rack", Fixtures.TOKEN, true, ""));
    publish(Fixtures.snapshot(1));

    JsonObject site = console.getUntil("/api/v1/site", this::isLive);
    JsonObject device = RunningConsole.device(site);
    JsonObject figures = device.getJsonObject("figures");

    assertEquals(Fixtures.SITE, site.getString("site"));
    assertEquals("running", site.getJsonObject("control").getString("mode"));
    assertEquals("connected", RunningConsole.link(site).getString("state"));
    assertEquals("Test BMS", device.getString("model"));
    assertEquals(100, device.getLong("sample_age_ms"));
    assertEquals(new JsonObject("{\"good\":4,\"stale\":0,\"bad\":0}"), device.getValue("values"));
    assertEquals(81.0, figures.getJsonObject("soc").getDouble("value"));
    assertEquals(52.0, figures.getJsonObject("voltage").getDouble("value"));
    assertFalse(figures.containsKey("power"));
  }

  private boolean isLive(JsonObject site) {
    return RunningConsole.device(site).getString("state").equals("live");
  }

  @Test
  void aValueCarriesAllThatADebuggerNeeds() {
    publish(Fixtures.snapshot(1));

    JsonObject device = console.getUntil(RunningConsole.VALUES, ConsoleVerticleTest::hasValues);

    JsonObject expected =
        new JsonObject()
            .put("key", "pack_volts")
            .put("label", "Pack Voltage")
            .put("value", 52.0)
            .put("unit", "V")
            .put("precision", 2)
            .put("text", null)
            .put("quality", "good")
            .put("reason", "")
            .put("table", "holding")
            .put("address", 36)
            .put("raw_words", new JsonArray().add("1450"))
            .put("topic_suffix", "pack_volts")
            .put("group", "default")
            .put("age_ms", 100)
            .put("read_at", "2026-09-21T14:13:20Z");
    assertEquals(expected, RunningConsole.row(device, "pack_volts"));
    assertEquals("charging", RunningConsole.row(device, "mode").getString("text"));
  }

  @Test
  void valuesStandInTheOrderOfTheirAddresses() {
    publish(Fixtures.snapshot(1));

    JsonArray values =
        console
            .getUntil(RunningConsole.VALUES, ConsoleVerticleTest::hasValues)
            .getJsonArray("values");

    assertEquals(
        "[36, 46, 48, 50]",
        values.stream().map(row -> ((JsonObject) row).getInteger("address")).toList().toString());
  }

  // A silent device must not look alive: no message says that it is silent.
  @Test
  void valuesAgeToStaleAndBadWithoutAnyMessage() {
    publish(Fixtures.snapshot(1));
    console.getUntil(RunningConsole.VALUES, ConsoleVerticleTest::hasValues);

    console.time.pass(Duration.ofMillis(2900));
    JsonObject stale = console.value("soc");
    console.time.pass(Duration.ofMillis(1000));
    JsonObject bad = console.value("soc");
    JsonObject site = console.get("/api/v1/site");

    assertEquals("stale", stale.getString("quality"));
    assertEquals(81.0, stale.getDouble("value"));
    assertEquals(3000, stale.getLong("age_ms"));
    assertEquals("bad", bad.getString("quality"));
    assertEquals("older than its age limit", bad.getString("reason"));
    assertNull(bad.getValue("value"));
    assertEquals("unavailable", RunningConsole.device(site).getString("state"));
  }

  @Test
  void anAbsentSensorHasWordsAndAReasonButNoValue() {
    publish(Fixtures.snapshot(Fixtures.battery(), 1, 1, 5200, 81, -32768));

    JsonObject device = console.getUntil(RunningConsole.VALUES, ConsoleVerticleTest::hasValues);
    JsonObject row = RunningConsole.row(device, "temperature");

    assertNull(row.getValue("value"));
    assertNull(row.getValue("text"));
    assertEquals("sensor absent", row.getString("reason"));
    assertEquals("[\"8000\"]", row.getJsonArray("raw_words").encode());
  }

  // After a hand-over the former owner's last messages may still be on their way.
  @Test
  void aFormerOwnerOfTheLinkIsNotBelieved() {
    publish(Fixtures.snapshot(Fixtures.battery(), 1, 1, 5200, 81, 21));
    publish(Fixtures.snapshotOf(Fixtures.TOKEN - 1, Fixtures.battery(), 9, 1, 5200, 11, 21));
    publish(Fixtures.snapshot(Fixtures.battery(), 2, 1, 5300, 81, 21));

    JsonObject device =
        console.getUntil(RunningConsole.VALUES, json -> valueOf(json, "pack_volts") == 53.0);

    assertEquals(81.0, valueOf(device, "soc"));
  }

  private static double valueOf(JsonObject device, String key) {
    return RunningConsole.row(device, key).getDouble("value", -1.0);
  }

  // Owners tell changes only: a console that starts later never hears of a link that works.
  @Test
  void samplesSpeakForALinkThatWasNotReported() {
    publish(Fixtures.snapshot(1));
    JsonObject link = RunningConsole.link(console.getUntil("/api/v1/site", this::isLive));

    assertEquals("connected", link.getString("state"));
    assertEquals("not reported, but its devices answer", link.getString("reason"));
  }

  // The owner may have died with the word "connected" on its lips.
  @Test
  void aLinkWithoutSamplesIsSilentAndADeadOneSaysWhy() {
    report(new LinkStatus("rack", Fixtures.TOKEN, true, ""));
    console.getUntil("/api/v1/site", site -> linkState(site).equals("silent"));

    report(new LinkStatus("rack", Fixtures.TOKEN, false, "connection refused"));
    JsonObject site =
        console.getUntil("/api/v1/site", json -> linkState(json).equals("disconnected"));

    assertEquals("connection refused", RunningConsole.link(site).getString("reason"));
  }

  private static String linkState(JsonObject site) {
    return RunningConsole.link(site).getString("state");
  }

  private void report(LinkStatus status) {
    console.bus.publish(Address.links(Fixtures.SITE), status);
  }

  @Test
  void theModeIsUnknownOnceItsOwnerIsSilent() {
    console.bus.publish(
        Address.control(Fixtures.SITE), new ControlState(1, 1, ControlState.Mode.RUNNING));
    console.getUntil("/api/v1/site", site -> mode(site).equals("running"));

    console.time.pass(Duration.ofSeconds(30));

    assertEquals("unknown", mode(console.get("/api/v1/site")));
  }

  private static String mode(JsonObject site) {
    return site.getJsonObject("control").getString("mode");
  }

  // During a rolling update mapping may work with a newer register map than this node has.
  @Test
  void anUnknownLayoutIsAskedForOnceAndThenRead() {
    RegisterMap newer = Fixtures.large(3);
    AtomicInteger questions = new AtomicInteger();
    RunningConsole.await(answerLayoutsWith(newer, questions));

    publish(Fixtures.snapshot(newer, 1, 10, 11, 12));
    publish(Fixtures.snapshot(newer, 2, 20, 21, 22));
    JsonObject device =
        console.getUntil(RunningConsole.VALUES, json -> valueOf(json, "cell_2") == 22.0);

    assertEquals("live", device.getString("state"));
    assertEquals(1, questions.get());
  }

  @Test
  void anUnknownLayoutIsAskedForAgainWhileNobodyAnswers() {
    RegisterMap newer = Fixtures.large(3);
    publish(Fixtures.snapshot(newer, 1, 10, 11, 12));
    console.getUntil(
        RunningConsole.VALUES, device -> device.getString("state").equals("unreadable"));

    RunningConsole.await(answerLayoutsWith(newer, new AtomicInteger()));

    console.getUntil(RunningConsole.VALUES, json -> valueOf(json, "cell_2") == 12.0);
  }

  private Future<Void> answerLayoutsWith(RegisterMap map, AtomicInteger questions) {
    return console
        .bus
        .serve(
            RequestAddress.layout(Fixtures.SITE, Fixtures.BMS),
            question -> {
              questions.incrementAndGet();
              return Future.succeededFuture(new LayoutReply(question.device(), map));
            })
        .ready();
  }

  @Test
  void errorsNameWhatIsWrong() {
    assertEquals(
        "site test-site has no device bms-9; it has bms-1",
        error(HttpMethod.GET, "/api/v1/devices/bms-9/values", 404));
    assertEquals("nothing is at /api/v2", error(HttpMethod.GET, "/api/v2", 404));
    assertEquals(
        "the console only reads: POST /api/v1/site is not offered",
        error(HttpMethod.POST, "/api/v1/site", 405));
    assertEquals("the live feed is a WebSocket", error(HttpMethod.GET, "/api/v1/live", 426));
  }

  // DNS rebinding: a foreign name that resolves to this address would make its page same-origin.
  @Test
  void aForeignHostIsRefused() {
    String reason = error(HttpMethod.GET, "/api/v1/site", 403, "host", "battery.example");

    assertTrue(reason.startsWith("host battery.example is not this console"), reason);
  }

  private String error(HttpMethod method, String path, int status, String... headers) {
    return console.ask(method, path, status, headers).getString("error");
  }

  // The JDK's client offers it, and was seen to wait for ever for the rest of its answer.
  @Test
  void http2IsNotTakenUp() throws Exception {
    URI page = URI.create("http://127.0.0.1:" + console.port + "/");
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<Void> response =
          client.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.discarding());
      assertEquals(HttpClient.Version.HTTP_1_1, response.version());
    }
  }

  // The policy is only as good as the page: nothing inline, nothing from elsewhere.
  @Test
  void thePageComesWithAPolicyThatItKeepsItself() {
    HttpClientResponse response = RunningConsole.await(console.send(HttpMethod.GET, "/"));
    String page = RunningConsole.await(response.body()).toString();

    assertEquals(200, response.statusCode());
    assertTrue(response.getHeader("content-security-policy").startsWith("default-src 'self';"));
    assertFalse(page.contains("://") || page.contains("<style") || page.contains(" style="));
    assertFalse(page.matches("(?s).*<script[^>]*>[^<].*"), "inline script");
    for (String file :
        new String[] {"console.css", "console.js", "pieces.js", "plan.js", "icon.svg"}) {
      assertEquals(
          200, RunningConsole.await(console.send(HttpMethod.GET, "/" + file)).statusCode(), file);
    }
  }

  @Test
  void aPortInUseStopsTheStartAndIsNamed() {
    ConsoleVerticle second =
        new ConsoleVerticle(Fixtures.site(), console.wiring(), "127.0.0.1", console.port);

    Exception refused =
        assertThrows(
            IllegalStateException.class, () -> RunningConsole.await(vertx.deployVerticle(second)));

    assertTrue(
        refused.getMessage().startsWith("console: cannot listen on 127.0.0.1:" + console.port),
        refused.getMessage());
  }

  private void publish(DeviceSnapshot snapshot) {
    console.bus.publish(Address.snapshots(Fixtures.SITE), snapshot);
  }
}
