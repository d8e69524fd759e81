package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The commissioning commands at pymodbus, over both of its framings.
class IndependentCommissioningTest {
  private static final String MISSING =
      "python3-pymodbus is not installed, so no independent server answers the commands";

  @Test
  void readShowsTheWordsThatTheServerHoldsAndProbeFindsItsUnits() throws Exception {
    if (!PymodbusServer.isInstalled()) {
      assertNotEquals("all", System.getenv("VOLTBUS_REQUIRE"), MISSING);
      System.out.println("skipped: " + MISSING);
      abort(MISSING);
    }
    try (PymodbusServer server = PymodbusServer.start(7, 170, 21, List.of())) {
      JsonObject meant =
          (JsonObject)
              Objects.requireNonNull(server.ask("serve", PymodbusServer.TINYBMS, 36, "random"));
      for (String url : server.urls()) {
        CommandRun read =
            CommandRun.of(
                "decode",
                "--url",
                url,
                "--unit=170",
                "--address=h36",
                "--count=2",
                "--timeout=20s");
        assertEquals(0, read.code(), read::err);
        assertTrue(
            read.out().contains("2 word(s): " + hex(meant.getJsonArray("words"))), read::out);
        CommandRun probe =
            CommandRun.of(
                "probe", url, "--units=170", "--address=h36", "--config=config", "--timeout=20s");
        assertEquals(0, probe.code(), probe::err);
        assertTrue(probe.out().contains("  unit 170 answers, after "), probe::out);
      }
    }
  }

  private static String hex(JsonArray words) {
    return words.stream()
        .map(word -> "%04x".formatted((Integer) word))
        .collect(Collectors.joining(" "));
  }
}
