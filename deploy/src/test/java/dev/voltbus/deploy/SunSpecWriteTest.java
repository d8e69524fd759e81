package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.acquisition.AcquisitionVerticle;
import dev.voltbus.contract.Address;
import dev.voltbus.contract.AddressSegment;
import dev.voltbus.contract.DevicePoll;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.WriteRequest;
import dev.voltbus.contract.WriteRequest.Deadline;
import dev.voltbus.contract.WriteResult;
import dev.voltbus.contract.WriteResult.Outcome;
import dev.voltbus.simulator.Fault;
import dev.voltbus.simulator.ModbusServer;
import dev.voltbus.simulator.Profile;
import dev.voltbus.simulator.ProfileDevice;
import dev.voltbus.simulator.SimulatedDevice;
import dev.voltbus.simulator.SimulatedDevice.Table;
import dev.voltbus.simulator.WireEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Points of SunSpec models written to a simulated device whose chain stands elsewhere than the map
/// of the gateway has it.
class SunSpecWriteTest {
  private static final String WANTED =
      """
      models: [124, 704, 802]
      points:
        m124_inwrte: { access: rw, min: -10000, max: 10000 }
        m124_storctl_mod: { access: rw }
        m704_wset: { access: rw }
        m802_socrsvmin: { access: rw, storage: flash, writes-per-day: 3 }
      """;

  private final Vertx vertx = Vertx.vertx();
  private final Gateway gateway = new Gateway(vertx);
  private final BlockingQueue<DevicePoll> polls = new LinkedBlockingQueue<>();
  private final AtomicInteger ids = new AtomicInteger();
  private @Nullable ModbusServer server;
  @TempDir private Path folder;

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private Site site(String sunspec, int port) throws Exception {
    ConfigFolder.copy(Path.of("config/schema"), folder.resolve("schema"));
    ConfigFolder.copy(Path.of("config/sunspec"), folder.resolve("sunspec"));
    Files.createDirectories(folder.resolve("devices"));
    Files.writeString(
        folder.resolve("devices/pv.yaml"),
        "device: pv\nunit: 1\ngroups: { live: { period: 1h } }\nsunspec:\n" + sunspec.indent(2));
    Path file = folder.resolve("site.yaml");
    Files.writeString(
        file,
        """
        site: roof
        links: { pv: { url: "tcp://127.0.0.1:%d", reconnect-min: 40ms, reconnect-max: 100ms } }
        devices: { pv: { type: pv, link: pv } }
        """
            .formatted(port));
    return SiteFiles.load(file, folder, Map.of(), name -> null);
  }

  /// A device with these models and scale factors, whose chain can be followed.
  private SimulatedDevice device(String sunspec) throws Exception {
    RegisterMap map =
        site(sunspec + WANTED.substring(WANTED.indexOf("points:")), 1).devices().getFirst().map();
    List<AddressSegment> models = map.segments();
    Profile profile =
        Profile.of("pv", 1)
            .with("m124_inoutwrte_sf", -2)
            .with("m704_wset_sf", 1)
            .with("m802_soc_sf", -1)
            .withWords(Table.HOLDING, models.getFirst().nominalAddress() - 2, 0x5375, 0x6E53);
    for (AddressSegment model : models) {
      profile =
          profile.withWords(
              Table.HOLDING, model.nominalAddress(), model.modelId(), model.length() - 2);
    }
    profile = profile.withWords(Table.HOLDING, models.getLast().end(), 0xFFFF, 0);
    return new ProfileDevice(map, profile).device();
  }

  private ModbusServer serve(int port, SimulatedDevice device) {
    ModbusServer started =
        ModbusServer.start(vertx, ModbusServer.Transport.TCP, port, Map.of(1, device)).await();
    server = started;
    return started;
  }

  private ModbusServer server() {
    return Objects.requireNonNull(server);
  }

  private void acquire(String sunspec) throws Exception {
    gateway.wiring().bus().subscribe(Address.polls("roof"), polls::add);
    Site site = site(sunspec, server().port());
    vertx.deployVerticle(new AcquisitionVerticle(site, gateway.wiring())).await();
  }

  private void awaitPoll() throws InterruptedException {
    assertTrue(polls.poll(20, TimeUnit.SECONDS) != null, "no poll within 20 s");
  }

  private Future<WriteResult> ask(String key, double value, int withinMillis) {
    WriteRequest request =
        new WriteRequest(
            "w-" + ids.incrementAndGet(),
            "roof",
            "pv",
            key,
            value,
            Deadline.in(withinMillis),
            1,
            "a test",
            null);
    return gateway
        .wiring()
        .bus()
        .request(RequestAddress.writes("roof", "pv"), request, Duration.ofSeconds(20));
  }

  private WriteResult write(String key, double value) {
    return ask(key, value, 10_000).await();
  }

  private List<String> writes() {
    return server().writes().stream().map(w -> w.address() + " " + w.words()).toList();
  }

  /// Model 124 has 26 words, 704 has 67, 120 has 28, 802 has 64.
  @ParameterizedTest
  @CsvSource({
    "'base: 40000, models: [124, 704, 802]', 40002, 40028, 40095",
    "'base: 50000, models: [124, 704, 802]', 50002, 50028, 50095",
    "'base: 0, models: [124, 704, 802]', 2, 28, 95",
    "'base: 40000, models: [120, 802, 704, 124]', 40161, 40094, 40030",
    "'base: 50000, models: [1, 704, 120, 124, 802]', 50165, 50070, 50191"
  })
  void aPointIsWrittenWhereTheDeviceHasItsModel(
      String chain, int storage, int controls, int battery) throws Exception {
    serve(0, device(chain.replaceFirst(", ", "\n") + "\n"));
    acquire(WANTED);
    awaitPoll();
    assertVerified(write("m124_inwrte", -12.345));
    assertVerified(write("m704_wset", -4999));
    assertVerified(write("m802_socrsvmin", 12.5));
    assertVerified(write("m124_storctl_mod", 3));
    assertEquals(Outcome.SUPPRESSED, write("m802_socrsvmin", 12.55).outcome());
    assertEquals(
        List.of(
            (storage + 2 + 11) + " [64302]",
            (controls + 2 + 22) + " [65535, 65037]",
            (battery + 2 + 8) + " [125]",
            (storage + 2 + 3) + " [3]"),
        writes());
  }

  private static void assertVerified(WriteResult result) {
    assertEquals(Outcome.VERIFIED, result.outcome(), result.reason());
    assertEquals("", result.reason());
  }

  // Nobody has asked the device yet where its models are.
  @Test
  void theModelsAreSearchedFirstWhereTheirPlaceIsNotKnown() throws Exception {
    serve(0, device("base: 50000\nmodels: [120, 124, 704, 802]\n"));
    acquire(WANTED);
    assertVerified(write("m124_inwrte", 50));
    assertEquals(List.of((50030 + 2 + 11) + " [5000]"), writes());
  }

  // A firmware update brings models, and what stands at the old place may be anything.
  @Test
  void aModelThatMovedIsNeverWrittenAtItsOldPlace() throws Exception {
    ModbusServer before = serve(0, device("base: 40000\nmodels: [124, 704, 802]\n"));
    acquire(WANTED);
    awaitPoll();
    assertVerified(write("m124_inwrte", 50));
    before.stop().await();
    before.dropConnections();
    SimulatedDevice moved = device("base: 40000\nmodels: [1, 120, 124, 704, 802]\n");
    serve(before.port(), moved);
    // The old connection may have to be missed first.
    WriteResult result = write("m124_inwrte", 49);
    while (result.outcome() == Outcome.FAILED && result.written().isEmpty()) {
      result = write("m124_inwrte", 49);
    }
    assertVerified(result);
    assertEquals(List.of((40098 + 2 + 11) + " [4900]"), writes());
    assertEquals(List.of("9C AF 13 24"), asked("06"), "no other write was asked for");
    assertEquals(List.of(), asked("10"));
  }

  /// Address and words of the requests with a function, taken or not.
  private List<String> asked(String function) {
    return server().log().stream()
        .filter(event -> event.kind() == WireEvent.Kind.REQUEST)
        .map(event -> event.bytes().hex().substring(7 * 3))
        .filter(request -> request.startsWith(function))
        .map(request -> request.substring(3))
        .toList();
  }

  @Test
  void aModelThatTheDeviceDoesNotHaveIsRefusedByName() throws Exception {
    serve(0, device("base: 40000\nmodels: [124, 704, 802]\n"));
    acquire(WANTED.replace("802]", "802, 123]") + "  m123_wmaxlimpct: { access: rw }\n");
    WriteResult result = write("m123_wmaxlimpct", 50);
    assertEquals(Outcome.REFUSED, result.outcome());
    assertEquals(
        "not sent: register m123_wmaxlimpct: model 123 is not in the device", result.reason());
    assertEquals(List.of(), writes());
  }

  @Test
  void aDeadlineThatPassesDuringTheSearchEndsItAndNothingIsWritten() throws Exception {
    serve(0, device("base: 0\nmodels: [124, 704, 802]\n"));
    server().fault(1, new Fault.Delay(Duration.ofMillis(100)));
    acquire(WANTED);
    WriteResult result = ask("m124_inwrte", 50, 250).await();
    assertEquals(Outcome.REFUSED, result.outcome(), result.reason());
    assertEquals("not sent: its deadline passed while it waited for model 124", result.reason());
    assertEquals(List.of(), writes());
  }

  @Test
  void aDeviceThatDoesNotAnswerTheSearchIsNotWritten() throws Exception {
    serve(0, device("base: 40000\nmodels: [124, 704, 802]\n"));
    server().fault(1, new Fault.Drop(false));
    acquire(WANTED.replace("models", "base: auto\nmodels"));
    WriteResult result = write("m124_inwrte", 50);
    assertEquals(Outcome.FAILED, result.outcome());
    assertTrue(
        result.reason().startsWith("not written, reading it first failed: "), result.reason());
    assertEquals(List.of(), writes());
  }

  @Test
  void aSentinelFactorAndAValueThatDoesNotFitAreRefused() throws Exception {
    SimulatedDevice device = device("base: 50000\nmodels: [124, 704, 802]\n");
    serve(0, device);
    acquire(WANTED);
    WriteResult large = write("m124_inwrte", 100.01);
    assertEquals(
        "not sent: register m124_inwrte: 100.01 is raw 10001 with scale factor -2, outside"
            + " -10000..10000",
        large.reason());
    device.pin(Table.HOLDING, 50002 + 2 + 23, 0x8000);
    WriteResult none = write("m124_inwrte", 50);
    assertEquals(
        "not sent: register m124_inwrte: its scale factor m124_inoutwrte_sf reads -32768, which is"
            + " none in -10..10",
        none.reason());
    assertEquals(List.of(), writes());
  }

  @Test
  void checkShowsWhereSuchPointsAreWritten() throws Exception {
    List<String> plan = AcquisitionVerticle.writePlan(site(WANTED, 502).devices().getFirst());
    assertEquals(
        "m124_inwrte: holding 40015, in model 124 wherever that is found, scaled by"
            + " m124_inoutwrte_sf, read before, function 6, else 16, settles within 500 ms",
        plan.get(1));
    assertEquals(
        "m124_storctl_mod: holding 40007, in model 124 wherever that is found, function 6, else 16,"
            + " settles within 500 ms",
        plan.get(0));
  }
}
