package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.DeviceTimer;
import dev.voltbus.contract.Control.FixedWrite;
import dev.voltbus.contract.Control.LimitTarget;
import dev.voltbus.contract.Control.OnUnknown;
import dev.voltbus.contract.Control.Pace;
import dev.voltbus.contract.Control.Rating;
import dev.voltbus.contract.Control.Unit;
import dev.voltbus.contract.Control.ValueRef;
import dev.voltbus.contract.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a sound section `control` becomes; the faulty ones are `FaultyConfigTest`'s.
class ControlReaderTest {
  private static final Path BASE = Path.of("src/test/resources/testcases/config/base");
  private static final String START =
      """
      site: garage
      links: { bus: { url: "tcp://127.0.0.1:5020" } }
      devices:
        pack: { type: battery, link: bus, unit: 1 }
        inv: { type: inverter, link: bus, unit: 2 }
      brokers: { local: {} }
      publications:
        overview: { contract: overview, broker: local, devices: [pack] }
      control:
      """;

  @TempDir private Path folder;

  @BeforeEach
  void copy() throws IOException {
    ConfigFolder.copy(BASE, folder);
  }

  private Site site(String control) throws IOException, ConfigException {
    Path file = Files.writeString(folder.resolve("sites/site.yaml"), START + control.indent(2));
    return SiteFiles.load(file, folder, Map.of("EMS_KEY", "of the variable"), name -> null);
  }

  private Control control(String text) throws IOException, ConfigException {
    return Objects.requireNonNull(site(text).control());
  }

  // docs/reference/site-file.md has the same table.
  @Test
  void whatIsLeftOutHasTheDocumentedDefault() throws Exception {
    Control control =
        control(
            """
            batteries:
              pack:
                charge: { device: inv, register: charge_a, most: 120 }
                discharge: { device: inv, register: discharge_a, most: 100, base: 80, safe: 10 }
            """);
    Set<String> usual = new HashSet<>(Control.COMMANDS);
    usual.remove(Control.BMSRESET);
    BatteryTarget pack =
        new BatteryTarget(
            "pack",
            limit("charge_a", 120, 120, 0),
            limit("discharge_a", 80, 100, 10),
            null,
            List.of(),
            null,
            null,
            null,
            usual,
            Pace.USUAL);
    assertEquals(
        new Control(List.of(pack), OnUnknown.BASE, Map.of(), false, false, Map.of()), control);
  }

  // Such as by SunSpec model 123.
  @Test
  void aBatteryWithOneLimitCannotBePaused() throws Exception {
    Site site =
        site(
            """
            batteries:
              pack:
                discharge: { device: inv, register: discharge_a, most: 100 }
            """);
    BatteryTarget pack = Objects.requireNonNull(site.control()).battery("pack").orElseThrow();
    assertNull(pack.charge());
    assertEquals(List.of(limit("discharge_a", 100, 100, 0)), pack.directions());
    assertEquals(Set.of("RESUME", "SET_LIMITS", "RESTART"), pack.commands());
    assertEquals("  charge: no register, not limited", ControlReport.of(site).get(1));
  }

  private static LimitTarget limit(String key, double base, double most, double safe) {
    return new LimitTarget(
        new ValueRef("inv", key),
        Unit.AMPERE,
        null,
        0.1,
        0,
        200,
        base,
        most,
        safe,
        null,
        Unit.AMPERE);
  }

  @Test
  void everyKeyIsRead() throws Exception {
    Path key = Files.writeString(folder.resolve("sites/ems.key"), "of the file\n");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    Site site =
        site(
            """
            on-unknown: paused
            require-envelope: true
            clear-retained: true
            senders: { ems: { key-file: ems.key }, hub: { key-env: EMS_KEY } }
            permits: { overview: [PAUSE, RESUME] }
            batteries:
              pack:
                charge:
                  { device: inv, register: charge_w, most: 120, allowed: { device: inv, register: allowed_w } }
                discharge:
                  { device: inv, register: charge_percent, most: 100, rating: { value: 200, unit: A } }
                timer: { device: inv, register: timer_s }
                with: [{ device: inv, register: enable, value: 1 }]
                current: { device: inv, register: current }
                voltage: { register: voltage }
                reset: { register: capacity, value: 7 }
                commands: [PAUSE, BMSRESET]
                lost-after: 1m
                grace: 5s
                stop-within: 20s
                low-current: 2
            """);
    Control control = Objects.requireNonNull(site.control());
    assertEquals(OnUnknown.PAUSED, control.onUnknown());
    assertTrue(control.requireEnvelope());
    assertTrue(control.clearRetained());
    assertEquals("of the file", Objects.requireNonNull(control.senders().get("ems")).reveal());
    assertEquals("of the variable", Objects.requireNonNull(control.senders().get("hub")).reveal());
    assertEquals(Map.of("overview", Set.of("PAUSE", "RESUME")), control.permits());
    BatteryTarget pack = control.battery("pack").orElseThrow();
    assertEquals(Unit.WATT, pack.charge().unit());
    assertEquals(65_535, pack.charge().greatest());
    assertEquals(new ValueRef("inv", "allowed_w"), pack.charge().allowed());
    assertEquals(Unit.WATT, pack.charge().allowedUnit());
    assertEquals(Unit.PERCENT, pack.discharge().unit());
    assertEquals(new Rating(200, Unit.AMPERE), pack.discharge().rating());
    assertEquals(
        new DeviceTimer(new ValueRef("inv", "timer_s"), Duration.ofSeconds(65_535)), pack.timer());
    assertEquals(List.of(new FixedWrite(new ValueRef("inv", "enable"), 1)), pack.with());
    assertEquals(new ValueRef("inv", "current"), pack.current());
    assertEquals(new ValueRef("pack", "voltage"), pack.voltage());
    assertEquals(new FixedWrite(new ValueRef("pack", "capacity"), 7), pack.reset());
    assertEquals(Set.of("PAUSE", "BMSRESET"), pack.commands());
    assertEquals(
        new Pace(Duration.ofMinutes(1), Duration.ofSeconds(5), Duration.ofSeconds(20), 2),
        pack.pace());
    assertEquals(
        List.of(
            "control of pack:",
            "  charge: inv/charge_w in W, step 1, 0..65535; base 120 A times the voltage, most 120"
                + " A times the voltage, safe 0 A times the voltage; at most what inv/allowed_w"
                + " allows",
            "  discharge: inv/charge_percent in % of 200 A, step 1, 0..100; base 100 A (50 %), most"
                + " 100 A (50 %), safe 0 A (0 %)",
            "  device timer: inv/timer_s, at most 65535 s",
            "  pack/capacity wears: at most 10 writes a day",
            "  commands: PAUSE, BMSRESET; each needs a signed envelope",
            "publication overview may send PAUSE, RESUME"),
        ControlReport.of(site));
    assertFalse(control.toString().contains("of the file"), control.toString());
  }
}
