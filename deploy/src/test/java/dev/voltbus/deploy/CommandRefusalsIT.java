package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.BatterySite;
import dev.voltbus.simulator.ModbusServer.Write;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A hundred commands of each kind that is refused, over a real broker, while a limit runs: the
/// simulator's log of writes stays as it is, and each has its reason in result and audit. Ten
/// publications send ten each, which is what the limit of a topic's rate lets through at once.
@Timeout(300)
class CommandRefusalsIT {
  private static final int PUBLICATIONS = 10;
  private static final int EACH = 10;
  private static final int MANY = PUBLICATIONS * EACH;

  /// Ten more are let through: five a second.
  private static final Duration REFILL = Duration.ofMillis(2_100);

  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final String LIMITS = "SET_LIMITS";
  private static final String PAUSE = "PAUSE";
  private static final int RUNNING_SECONDS = 900;

  @TempDir private Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final BatterySite site = new BatterySite(0, 0);
  private final LinkedBlockingQueue<JsonObject> results = new LinkedBlockingQueue<>();
  private final Map<String, Integer> refused = new TreeMap<>();
  private long sentAt = System.nanoTime();

  @Test
  void noneOfThemHasAnEffect() throws Exception {
    try (TestingMosquitto broker = TestingMosquitto.start()) {
      vertx.deployVerticle(site).await();
      write(broker.port());
      try (CommandClient client = new CommandClient(broker.port());
          LimitWatch watch = new LimitWatch(site.packServer().port())) {
        client.listen("+/command/result", results::add);
        String running = signed("first", 0, KEY, RUNNING_SECONDS);
        try (PackagedProduct gateway = gateway()) {
          begin(client, running, watch);
          int before = site.packServer().writes().size();
          payloads(running).forEach((payload, reason) -> send(client, payload, reason));
          others(client);
          assertEquals(
              List.of(),
              site.packServer().writes().subList(before, site.packServer().writes().size()));
          end(gateway);
        }
        retained(client);
        assertTrue(watch.now().has(50, 60), () -> "" + watch.now());
      }
    } finally {
      vertx.close().await();
    }
    checkAudit();
    System.out.println("refused without effect: " + refused);
  }

  private void begin(CommandClient client, String running, LimitWatch watch) throws Exception {
    client.send("P0/command/" + LIMITS, running, false);
    await("verified", Optional.empty());
    assertTrue(watch.await(0, seen -> seen.has(50, 60), ControlScene.SOON).has(50, 60));
  }

  // ---- what is sent

  /// Payloads of SET_LIMITS, and why each is refused.
  private static Map<String, String> payloads(String running) {
    Map<String, String> payloads = new LinkedHashMap<>();
    payloads.put(running, "repeated-id");
    payloads.put("{\"max_charge\":50", "malformed");
    payloads.put("{\"max_charge\":" + "[".repeat(9) + "]".repeat(9) + "}", "too-deep");
    payloads.put("{\"max_charge\":\"40\"}", "wrong-type");
    payloads.put("{\"max_charge\":NaN}", "not-finite");
    payloads.put("{\"max_charge\":1e999}", "not-finite");
    payloads.put("{\"max_charge\":-1}", "negative");
    payloads.put("{\"max_charge\":120.1}", "above-envelope");
    payloads.put("{\"max_charge\":40,\"timeout\":86401}", "timeout-out-of-range");
    payloads.put("{\"timeout\":30}", "no-limit");
    payloads.put("{\"max_charge\":40,\"volume\":11}", "unknown-key");
    payloads.put("{\"max_charge\":40,\"max_charge\":41}", "repeated-key");
    payloads.put("{\"max_charge\":40,\"id\":\"a\"}", "no-envelope");
    payloads.put(signed("guessed", 0, "guessed", 60), "wrong-signature");
    payloads.put(signed("other", 0, KEY, 60).replace("\"ems\"", "\"eve\""), "unknown-sender");
    payloads.put(signed("old", 31, KEY, 60), "stale");
    payloads.put(signed("early", -600, KEY, 60), "from-future");
    return payloads;
  }

  private void send(CommandClient client, String payload, String reason) {
    refill();
    for (int i = 0; i < MANY; i++) {
      client.send("P" + i % PUBLICATIONS + "/command/" + LIMITS, payload, false);
    }
    awaitMany(reason);
  }

  private void refill() {
    LockSupport.parkNanos(sentAt + REFILL.toNanos() - System.nanoTime());
    sentAt = System.nanoTime();
  }

  private void others(CommandClient client) {
    for (int i = 0; i < MANY; i++) {
      String publication = "P" + i % PUBLICATIONS;
      client.send(publication + "/command/EXPLODE", "", false);
      client.send(publication + "/command/BMSRESET", "", false);
      client.send(publication + "/command/" + PAUSE, "x".repeat(4_097), false);
      client.send("LOOSE/command/" + PAUSE, "", false);
    }
    awaitMany("unknown-command");
    awaitMany("not-permitted");
    awaitMany("too-large");
    awaitMany("no-target");
    for (int i = 0; i < 3 * MANY; i++) {
      client.send("P" + i % PUBLICATIONS + "/command/RESUME", "", false);
    }
    awaitMany("rate-limit");
  }

  /// What the broker kept while the gateway was away; only then does it come as retained.
  private void retained(CommandClient client) throws Exception {
    List<String> names =
        List.of(LIMITS, PAUSE, "RESUME", "STOP", "RESTART", "BMSRESET", "A", "B", "C", "D");
    for (int i = 0; i < PUBLICATIONS; i++) {
      for (String name : names) {
        client.send("P" + i + "/command/" + name, "{\"max_charge\":10}", true);
      }
    }
    int before = site.packServer().writes().size();
    try (PackagedProduct gateway = gateway()) {
      awaitMany("retained");
      assertTrue(gateway.output().contains("a retained message"), gateway::output);
      end(gateway);
    }
    List<Write> since =
        site.packServer().writes().subList(before, site.packServer().writes().size());
    assertTrue(
        since.stream().allMatch(write -> List.of(500, 600).containsAll(write.words())),
        () -> "the limit that runs, and nothing else: " + since);
  }

  /// In order: what is refused is told before the audit has it on disk.
  private static void end(PackagedProduct gateway) throws Exception {
    gateway.signal("TERM");
    gateway.awaitExit(ControlScene.SOON);
  }

  // ---- what comes back

  private void awaitMany(String reason) {
    try {
      while (refused.getOrDefault(reason, 0) < MANY) {
        await("refused", Optional.of(reason));
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// Counts what is refused until one with this status, and reason, comes.
  private void await(String status, Optional<String> reason) throws InterruptedException {
    while (true) {
      JsonObject next = results.poll(15, TimeUnit.SECONDS);
      assertTrue(next != null, () -> "no result " + status + reason + ", but " + refused);
      String its = next.getString("reason", "");
      if ("refused".equals(next.getString("status"))) {
        refused.merge(its, 1, Integer::sum);
      }
      if (status.equals(next.getString("status")) && reason.map(its::equals).orElse(true)) {
        return;
      }
    }
  }

  private void checkAudit() throws Exception {
    try (PackagedProduct verify =
        PackagedProduct.start(Map.of(), "audit", "verify", "--state=" + folder.resolve("state"))) {
      assertEquals(0, verify.awaitExit(ControlScene.START), verify::output);
    }
    Map<String, Integer> written = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder.resolve("state/audit"))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          JsonObject entry = new JsonObject(line);
          if ("REFUSED".equals(entry.getString("event"))) {
            written.merge(entry.getString("reason"), 1, Integer::sum);
          }
        }
      }
    }
    assertEquals(refused, written);
  }

  // ---- signed by somebody else's hand: reference/control.md, "Signed commands"

  private static String signed(String id, double issuedAgo, String key, int seconds) {
    String issued = "%.3f".formatted(System.currentTimeMillis() / 1_000.0 - issuedAgo);
    String text =
        """
        voltbus-command-1
        refusals
        bms-1
        SET_LIMITS
        id=%s
        issued_at=%s
        max_charge=50
        max_discharge=60
        sender=ems
        timeout=%d
        ttl=30
        """
            .formatted(id, issued, seconds);
    return """
    {"max_charge":50,"max_discharge":60,"timeout":%d,"id":"%s","issued_at":%s,"ttl":30,"sender":"ems","sig":"%s"}\
    """
        .formatted(seconds, id, issued, hmac(text, key));
  }

  private static String hmac(String text, String key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  // ---- the gateway

  private PackagedProduct gateway() throws Exception {
    PackagedProduct gateway =
        PackagedProduct.start(
            Map.of(),
            "run",
            "--site=" + folder.resolve("site.yaml"),
            "--state=" + folder.resolve("state"),
            "--http-port=" + PackagedProduct.freePort(),
            "--health-port=" + PackagedProduct.freePort());
    gateway.awaitLine(line -> line.contains("running; console"), ControlScene.START);
    for (String name : publications()) {
      gateway.awaitLine(
          line -> line.contains("publication=" + name + " connected"), ControlScene.START);
    }
    return gateway;
  }

  private static List<String> publications() {
    return Stream.concat(
            Stream.iterate(0, i -> i + 1).limit(PUBLICATIONS).map(i -> "P" + i), Stream.of("LOOSE"))
        .toList();
  }

  private void write(int mqtt) throws Exception {
    Files.createFile(
        folder.resolve("ems.key"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(folder.resolve("ems.key"), KEY);
    StringBuilder out = new StringBuilder();
    out.append(
        """
        site: refusals
        links:
          bms: { url: "tcp://127.0.0.1:%d" }
        devices:
          bms-1: { type: tinybms, link: bms, unit: 170 }
          bms-2: { type: tinybms, link: bms, unit: 171 }
          inverter-1: { type: inverter, link: bms, unit: 1 }
        brokers:
          local: { uri: "mqtt://127.0.0.1:%d" }
        control:
          senders:
            ems: { key-file: ems.key }
          batteries:
            bms-1:
              charge: { device: inverter-1, register: charge_limit_a, base: 100, most: 120 }
              discharge: { device: inverter-1, register: discharge_limit_a, base: 100, most: 140 }
              current: { register: battery_pack_current }
              grace: 10m
        publications:
        """
            .formatted(site.packServer().port(), mqtt));
    for (String name : publications()) {
      out.append(
          """
            %s: { contract: battery-emulator, broker: local, devices: [%s], prefix: %s, interval: 60s, options: { discovery: false } }
          """
              .formatted(name, name.equals("LOOSE") ? "bms-2" : "bms-1", name));
    }
    Files.writeString(folder.resolve("site.yaml"), out);
  }
}
