package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.BatterySite;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The commissioning commands as a user types them, from the packaged product.
@Timeout(180)
class CommissioningIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final Vertx vertx = Vertx.vertx();
  private final BatterySite site = new BatterySite(0, 0);

  @BeforeEach
  void start() {
    vertx.deployVerticle(site).await();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private static String say(int code, String... arguments)
      throws IOException, InterruptedException {
    try (PackagedProduct command = PackagedProduct.start(Map.of(), arguments)) {
      assertEquals(code, command.awaitExit(LIMIT), command::output);
      return command.output();
    }
  }

  // The library that came with the product is found without a word about folders.
  @Test
  void probeFindsTheDeviceFileAndReadUsesIt() throws Exception {
    String url = "tcp://127.0.0.1:" + site.packServer().port();
    String probed = say(0, "probe", url, "--units=170", "--timeout=20s");
    assertTrue(probed.contains("  may fit: tinybms ("), probed);
    assertTrue(probed.contains("    type: tinybms"), probed);
    String read =
        say(
            0,
            "read",
            url,
            "--unit=170",
            "--device=tinybms",
            "--key=state_of_charge",
            "--timeout=20s");
    assertTrue(read.contains("on the wire: FC3 address 0x002E (46), count 2, unit 170"), read);
    String traced =
        say(0, "trace", url, "--unit=170", "--address=46", "--seconds=1", "--timeout=20s");
    assertTrue(traced.contains("read holding 46 (1 word)"), traced);
  }

  @Test
  void decodeNeedsNothingButWords() throws Exception {
    String said = say(0, "decode", "3333", "4253", "--expect=52.8");
    assertTrue(said.contains("-> type: f32, order: cdab"), said);
    assertEquals(
        "`xyz` is not a word; write four hexadecimal digits, such as 42 as 002a," + " or --decimal",
        say(2, "decode", "xyz").strip());
  }

  // Somebody who has seen enough wants the figures all the same, and the device its connection.
  @ParameterizedTest
  @CsvSource({
    "trace, --seconds=3000, INT, 130, 'read holding 46 (1 word)', of them refused",
    "trace, --seconds=3000, TERM, 143, 'read holding 46 (1 word)', of them refused",
    "read, --watch=10ms, INT, 130, on the wire, of them whole",
  })
  void interruptEndsWithTheSummary(
      String command, String option, String signal, int code, String begun, String summary)
      throws Exception {
    String url = "tcp://127.0.0.1:" + site.packServer().port();
    try (PackagedProduct running =
        PackagedProduct.start(
            Map.of(), command, url, "--unit=170", "--address=46", "--timeout=20s", option)) {
      running.awaitLine(line -> line.contains(begun), LIMIT);
      running.signal(signal);
      assertEquals(code, running.awaitExit(LIMIT), running::output);
      String last = running.output().lines().reduce((one, next) -> next).orElseThrow();
      assertTrue(last.contains(summary), running::output);
      assertFalse(running.output().contains("Exception"), running::output);
    }
  }
}
