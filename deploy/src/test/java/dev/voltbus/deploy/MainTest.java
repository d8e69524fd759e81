package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The command line as far as it goes without starting a gateway.
class MainTest {
  private static final Path CONFIG = Path.of("config");
  private static final Path DEMO = CONFIG.resolve("sites/demo.yaml");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  @Test
  void checkPrintsTheReadPlanAndTheTopics() {
    assertEquals(0, execute("check", "--site", DEMO.toString(), "--config", CONFIG.toString()));

    String said = out.toString();
    assertTrue(said.startsWith("site demo: 2 link(s), 3 device(s), 3 publication(s)"), said);
    assertTrue(said.contains("reads of bms-1:"), said);
    assertTrue(said.contains("live every 1 s: holding 0.."), said);
    assertTrue(said.contains("writes of inverter-1:"), said);
    assertTrue(
        said.contains("charge_limit_a: holding 0, function 6, else 16, settles within 500 ms"),
        said);
    assertTrue(
        said.contains(
            "charger_type: holding 330 mask 00FF, function 16 after reading, settles within 1000"
                + " ms, flash, at most 50 writes a day"),
        said);
    assertTrue(
        said.contains(
            """
            control of bms-1:
              charge: inverter-1/charge_limit_a in A, step 0.1, 0..200; base 100 A, most 100 A, safe 0 A
              discharge: inverter-1/discharge_limit_a in A, step 0.1, 0..200; base 100 A, most 100 A, safe 0 A
              device timer: inverter-1/revert_timer_s, at most 65535 s
              commands: PAUSE, RESUME, SET_LIMITS, RESTART, STOP; no envelope needed
            publication BE may send PAUSE, RESUME, SET_LIMITS, RESTART, STOP
            """),
        said);
    assertTrue(said.contains(ControlReport.NOTHING_KEPT), said);
    assertTrue(said.contains("topics of tinybms:"), said);
    assertTrue(said.contains("  victron/tinybms/battery_pack_voltage"), said);
    assertTrue(said.contains("  BE2/info"), said);
    assertEquals("", err.toString());
  }

  @Test
  void checkWithAStateFolderWarnsOfNoLoss() {
    String[] check = {"check", "--site", DEMO.toString(), "--config", CONFIG.toString()};
    CommandRun kept =
        CommandRun.of(
            Stream.concat(Arrays.stream(check), Stream.of("--state", folder.toString()))
                .toArray(String[]::new));
    assertEquals(0, kept.code());
    assertFalse(kept.out().contains("nothing is kept"), kept.out());
  }

  @Test
  void faultySiteStopsCheckAndRunWithExitCodeOneAndItsFaultsAlone() throws IOException {
    Path site = folder.resolve("site.yaml");
    Files.writeString(
        site,
        Files.readString(DEMO).replace("unit: 170", "unit: 300").replace("link: byd", "lnk: byd"));
    String faults = "";
    for (String command : List.of("check", "run")) {
      err.getBuffer().setLength(0);
      assertEquals(1, execute(command, "--site", site.toString(), "--config", CONFIG.toString()));
      faults = err.toString();
      assertTrue(faults.contains("devices.bms-1.unit: 300 is not in 0..255"), faults);
      assertTrue(faults.contains("did you mean `link`?"), faults);
      assertFalse(faults.contains("\tat "), faults);
    }
  }

  // Each line of the demo site in turn is left out or spoilt: exit code 0 or 1, never a stack
  // trace.
  @Test
  void spoiltSiteEndsWithZeroOrOneAndWithoutAStackTrace() throws IOException {
    List<String> lines = Files.readAllLines(DEMO);
    Path site = folder.resolve("site.yaml");
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank() || lines.get(i).strip().startsWith("#")) {
        continue;
      }
      for (String instead : List.of("", lines.get(i).replaceFirst(":.*", ": {[}"), "  x: y")) {
        List<String> spoilt = new ArrayList<>(lines);
        spoilt.set(i, instead);
        Files.write(site, spoilt);
        err.getBuffer().setLength(0);
        int code = execute("check", "--site", site.toString(), "--config", CONFIG.toString());
        assertTrue(code == 0 || code == 1, "line " + (i + 1) + ": exit code " + code);
        assertEquals(code == 1, !err.toString().isEmpty(), "line " + (i + 1));
        assertFalse(err.toString().contains("\tat "), "line " + (i + 1) + ": " + err);
      }
    }
  }

  @Test
  void unknownRoleIsRefusedWithTheValidOnes() {
    assertEquals(
        2,
        execute(
            "run", "--site", DEMO.toString(), "--config", CONFIG.toString(), "--roles", "mapper"));
    assertEquals(
        "--roles: `mapper` is not a role; valid: mqtt, command, mapping, mirror, acquisition,"
            + " witness\n",
        err.toString());
  }

  @Test
  void clusterSizeAloneIsRefused() {
    int port = PackagedProduct.freePort();
    assertEquals(
        2,
        execute(
            "run",
            "--site",
            DEMO.toString(),
            "--config",
            CONFIG.toString(),
            "--cluster-size",
            "3",
            "--http-port",
            Integer.toString(port),
            "--health-port",
            Integer.toString(PackagedProduct.freePort())));
    assertEquals(
        "--cluster-size, --cluster-address and --cluster-tls need --cluster, --cluster-members or"
            + " --cluster-dns\n",
        err.toString());
  }

  @Test
  void takenPortIsRefusedWithPortAndOption() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertEquals(
          1,
          execute(
              "run",
              "--site",
              DEMO.toString(),
              "--config",
              CONFIG.toString(),
              "--http-port",
              Integer.toString(taken.getLocalPort())));
      assertEquals(
          "port "
              + taken.getLocalPort()
              + " on 127.0.0.1 is taken; choose another one with --http-port\n",
          err.toString());
    }
  }

  private int execute(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
