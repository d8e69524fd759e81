package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.acquisition.AcquisitionVerticle;
import dev.voltbus.contract.Address;
import dev.voltbus.contract.Bus;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.Health;
import dev.voltbus.contract.Metrics;
import dev.voltbus.contract.SingleProcessLeases;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Wiring;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `voltbus trace` beside the gateway it stands in for.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TraceCommandTest {
  private static final Path CONFIG = Path.of("config");

  private final Vertx vertx = Vertx.vertx();
  private final RecordingDevice device = new RecordingDevice(vertx);
  @TempDir private Path folder;

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private Path site(String type, String options) throws Exception {
    return Files.writeString(
        folder.resolve("site.yaml"),
        """
        site: traced
        links:
          field: { url: "%s", request-timeout: 20s }
        devices:
          d-1: { type: %s, link: field, unit: 7%s }
        """
            .formatted(device.url(), type, options));
  }

  /// Polls each group once by the real thing.
  private void poll(Path file) throws Exception {
    Site site = SiteFiles.load(file, CONFIG, Map.of());
    Bus bus = Bus.over(vertx);
    TimeSource time = TimeSource.system();
    Wiring wiring =
        new Wiring(bus, new SingleProcessLeases(time), time, Metrics.none(), Health.none());
    LinkedBlockingQueue<DevicePoll> polls = new LinkedBlockingQueue<>();
    bus.subscribe(Address.polls(site.name()), polls::add).ready().await();
    String id = vertx.deployVerticle(new AcquisitionVerticle(site, wiring)).await();
    Set<String> groups = new HashSet<>();
    while (groups.size() < site.devices().getFirst().map().groups().size()) {
      groups.add(Objects.requireNonNull(polls.poll(60, TimeUnit.SECONDS)).group());
    }
    vertx.undeploy(id).await();
  }

  private static CommandRun trace(Path site) {
    return CommandRun.of(
        "trace", "--site=" + site, "--device=d-1", "--config=config", "--seconds=1");
  }

  // An integrator looks at the wire to see what the gateway does: nothing else may be there.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "byd|''",
        "tinybms|', options: { largest-block: 98 }'",
        "inverter|', options: { one-register: true }'",
        "sunspec|''",
      })
  void traceAsksWhatTheGatewayAsks(String type, String options) throws Exception {
    device.models(50_000, 1, 66, 802, 62, 103, 50);
    Path site = site(type, options);
    poll(site);
    Set<String> asked = device.asked();
    CommandRun run = trace(site);
    assertEquals(0, run.code(), run::err);
    assertEquals(asked, device.asked());
  }

  @Test
  void traceSaysThePlanFirstAndASummaryLast() throws Exception {
    CommandRun run = trace(site("inverter", ""));
    assertEquals(0, run.code(), run::err);
    assertTrue(
        run.out().startsWith("d-1: unit 7 at " + device.url() + "; the gateway's own requests"),
        run::out);
    assertTrue(run.out().contains("  live every 1 s: holding 0..12 (13 words"), run::out);
    String last = run.out().lines().reduce((one, next) -> next).orElseThrow();
    assertTrue(
        last.matches("[12] request\\(s\\), [12] answered, 0 of them refused, 0 without.*"), last);
  }

  // Where a device file is at hand, no site is needed yet.
  @Test
  void traceOfADeviceFileNeedsNoSite() throws Exception {
    CommandRun run =
        CommandRun.of(
            "trace",
            device.url(),
            "--device=inverter",
            "--config=config",
            "--seconds=1",
            "--timeout=20s");
    assertEquals(0, run.code(), run::err);
    assertEquals(Set.of("1: holding 0..12"), device.asked());
  }
}
