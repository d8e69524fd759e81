package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.BatterySite;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// `voltbus trace` against the simulated batteries: every byte, and what it means.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TraceTest {
  private final Vertx vertx = Vertx.vertx();
  private final BatterySite site = new BatterySite(0, 0);
  @TempDir Path folder;

  @BeforeAll
  void start() {
    vertx.deployVerticle(site).await();
    site.pin(BatterySite.TINYBMS_UNIT, 36, 0x3333, 0x4253).await();
  }

  @AfterAll
  void stop() {
    vertx.close().await();
  }

  private String pack() {
    return "tcp://127.0.0.1:" + site.packServer().port();
  }

  private static void assertLine(CommandRun run, String pattern) {
    String joined = run.out().replaceAll("\\R {14}(?=[a-z])", "  ");
    assertTrue(joined.lines().anyMatch(line -> line.matches(pattern)), run.out() + run.err());
  }

  @Test
  void eachFrameIsShownWithTimeDirectionBytesAndMeaning() {
    CommandRun run =
        CommandRun.of(
            "trace",
            pack(),
            "--unit=170",
            "--address=36",
            "--count=2",
            "--seconds=1",
            "--timeout=20s");
    assertEquals(0, run.code(), run::err);
    List<String> lines = run.out().lines().toList();
    assertEquals("on the wire: FC3 address 0x0024 (36), count 2, unit 170", lines.getFirst());
    assertTrue(lines.get(1).matches(" +[0-9]+\\.[0-9]{3} s - connected"), run.out());
    assertLine(
        run,
        " +[0-9.]+ s > 00 01 00 00 00 06 aa 03 00 24 00 02  transaction 1, unit 170, read holding"
            + " 36\\.\\.37 \\(2 words\\)");
    assertLine(
        run,
        " +[0-9.]+ s < 00 01 00 00 00 07 aa 03 04 33 33 42 53  transaction 1, unit 170, holding"
            + " 36\\.\\.37: 3333 4253");
  }

  @Test
  void refusalIsNamed() {
    CommandRun run =
        CommandRun.of(
            "trace", pack(), "--unit=170", "--address=9000", "--seconds=1", "--timeout=20s");
    assertEquals(0, run.code(), run::err);
    assertLine(
        run, ".* < .* 83 02  .*holding 9000 refused, exception 2 \\(illegal data address\\)");
  }

  // The names of the device file beside the bytes: what a person looks for.
  @Test
  void registersOfASitesDeviceAreNamedBesideTheBytes() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("site.yaml"),
            """
            site: garage
            links: { bms: { url: "%s", request-timeout: 20s } }
            devices: { bms-1: { type: tinybms, link: bms } }
            """
                .formatted(pack()));
    CommandRun run =
        CommandRun.of(
            "trace", "--site", file.toString(), "--device=bms-1", "--config=config", "--seconds=1");
    assertEquals(0, run.code(), run::err);
    assertLine(run, ".* > .* unit 170, read holding 0\\.\\..*");
    assertLine(run, " +holding 36\\.\\.37 +battery_pack_voltage +52\\.80 V +\\[3333 4253]");
    CommandRun unknown =
        CommandRun.of("trace", "--site", file.toString(), "--device=bms", "--config=config");
    assertEquals(2, unknown.code());
    assertEquals("--device: no device `bms`; known: bms-1\n", unknown.err());
  }

  @Test
  void nothingToTalkToIsSaidWithTheNextStep() {
    int port = PackagedProduct.freePort();
    CommandRun run =
        CommandRun.of("trace", "tcp://127.0.0.1:" + port, "--address=1", "--seconds=1");
    assertEquals(1, run.code());
    assertTrue(
        run.err()
            .startsWith("tcp://127.0.0.1:" + port + ": nothing was answered\n  try: another port"),
        run::err);
  }
}
