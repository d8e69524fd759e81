package dev.voltbus.acquisition;

import static dev.voltbus.acquisition.TestingAcquisition.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.KeepAlive;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.Shard;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.WriteRequest;
import dev.voltbus.contract.WriteRequest.Deadline;
import dev.voltbus.contract.WriteRequest.Revert;
import dev.voltbus.contract.WriteResult;
import dev.voltbus.contract.WriteResult.Outcome;
import dev.voltbus.contract.Writing;
import dev.voltbus.simulator.Fault;
import dev.voltbus.simulator.ModbusServer;
import dev.voltbus.simulator.Profile;
import dev.voltbus.simulator.ProfileDevice;
import dev.voltbus.simulator.SimulatedDevice.Table;
import dev.voltbus.simulator.WireEvent;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Writes to a register whose scale factor stands in another one, against the simulator: `limit` at
/// holding 60 in ampere, `limit_sf` at holding 63.
class ScaledWriteTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Shard SHARD = new Shard(Shard.Kind.LINK, "test", "bms");
  private static final int VALUE = Fixtures.LIMIT;
  private static final int FACTOR = Fixtures.LIMIT_FACTOR;

  private final TestingLeases leases = new TestingLeases();
  private final TestingAcquisition acquisition =
      new TestingAcquisition(TimeSource.system(), leases);
  private @Nullable ModbusServer server;
  private @Nullable ProfileDevice simulated;

  @AfterEach
  void close() {
    acquisition.close();
  }

  /// Starts both sides, and waits for the first poll, after which the wire is quiet.
  private void deploy(int factor, RegisterMap map) {
    ProfileDevice device =
        new ProfileDevice(map, Profile.of("charger", 1).with("limit_sf", factor).with("limit", 0));
    simulated = device;
    ModbusServer started =
        await(
            ModbusServer.start(
                acquisition.vertx(), ModbusServer.Transport.TCP, 0, Map.of(1, device.device())));
    server = started;
    Site site = Fixtures.site(started.url(), new Device("charger", "bms", 1, map));
    acquisition.deploy(Fixtures.withRequestTimeout(site, Duration.ofSeconds(1)));
    await(leases.grant(SHARD));
    acquisition.nextPoll();
    started.keepLog(10_000);
  }

  private ModbusServer server() {
    return Objects.requireNonNull(server);
  }

  private void pin(int address, int word) {
    Objects.requireNonNull(simulated).device().pin(Table.HOLDING, address, word);
  }

  /// Does something on the server's event loop when so many writes have been answered, before the
  /// next request is dealt with.
  private void afterWrites(IntConsumer deed) {
    AtomicInteger writes = new AtomicInteger();
    server()
        .onWire(event -> {
          if (event.kind() == WireEvent.Kind.ANSWER && isWrite(event)) {
            deed.accept(writes.incrementAndGet());
          }
        });
  }

  private static boolean isWrite(WireEvent event) {
    return event.bytes().hex().startsWith("06", 7 * 3);
  }

  private static WriteRequest request(String id, double value, @Nullable Revert revert) {
    return request(id, value, Deadline.in(10_000), revert);
  }

  private static WriteRequest request(
      String id, double value, Deadline deadline, @Nullable Revert revert) {
    return new WriteRequest(id, "test", "charger", "limit", value, deadline, 5, "a test", revert);
  }

  private Future<WriteResult> ask(WriteRequest request) {
    return acquisition.bus().request(RequestAddress.writes("test", "bms"), request, LIMIT);
  }

  private WriteResult write(double value) {
    return await(ask(request("w-1", value, null)));
  }

  private List<String> writes() {
    return server().writes().stream().map(w -> w.address() + " " + w.words()).toList();
  }

  /// Requests without transaction, protocol and length: unit, function, address, count or word.
  private List<String> requests() {
    return server().log().stream()
        .filter(event -> event.kind() == WireEvent.Kind.REQUEST)
        .map(event -> event.bytes().hex().substring(6 * 3))
        .toList();
  }

  @Test
  void theFactorIsReadImmediatelyBeforeTheWriteAndTogetherWithTheValueAfterIt() {
    deploy(-1, Fixtures.charger(Writing.USUAL));
    WriteResult result = write(12.5);
    assertEquals(Outcome.VERIFIED, result.outcome(), result.reason());
    assertEquals(List.of(125), result.written());
    assertEquals(List.of(125), result.readBack());
    assertEquals(List.of("60 [125]"), writes());
    assertTrue(
        acquisition.logged().stream()
            .anyMatch(line ->
                line.startsWith("device=charger write limit = 12.5 A (raw 007D): verified in ")),
        () -> acquisition.logged().toString());
    assertEquals(
        List.of("01 03 00 3F 00 01", "01 06 00 3C 00 7D", "01 03 00 3C 00 04"),
        requests().subList(0, 3));
  }

  // The poll that follows shows it, with the factor that belongs to it.
  @Test
  void theNewValueIsPolledAtOnce() {
    deploy(-1, Fixtures.charger(Writing.USUAL));
    assertEquals(Outcome.VERIFIED, write(12.5).outcome());
    assertEquals(125, acquisition.nextPoll().blocks().getFirst().word(VALUE));
  }

  @Test
  void aValueBetweenTwoStepsBecomesTheSmallerOne() {
    deploy(0, Fixtures.charger(Writing.USUAL));
    assertEquals(List.of(12), write(12.99).written());
  }

  // A hundred times the current, or a tenth of it, would be "verified".
  @Test
  void aFactorThatChangesDuringTheWriteIsFollowedOnce() {
    deploy(-1, Fixtures.charger(Writing.USUAL));
    afterWrites(count -> pin(FACTOR, 0xFFFE));
    WriteResult result = write(12.5);
    assertEquals(Outcome.VERIFIED, result.outcome(), result.reason());
    assertEquals(
        "its scale factor changed from -1 to -2 while it was written; written again with the new"
            + " one",
        result.reason());
    assertEquals(List.of("60 [125]", "60 [1250]"), writes());
    assertEquals(List.of(1250), result.readBack());
  }

  // Some devices keep the value and change its number.
  @Test
  void aDeviceThatKeepsTheValueUnderItsNewFactorIsNotWrittenAgain() {
    deploy(-1, Fixtures.charger(Writing.USUAL));
    afterWrites(count -> {
      pin(FACTOR, 0xFFFE);
      pin(VALUE, 1250);
    });
    WriteResult result = write(12.5);
    assertEquals(Outcome.VERIFIED, result.outcome(), result.reason());
    assertEquals(
        "its scale factor changed from -1 to -2 while it was written; read again, it has the value",
        result.reason());
    assertEquals(List.of("60 [125]"), writes());
  }

  @Test
  void aFactorThatDoesNotKeepStillLeavesTheOutcomeUnknownAndBothFactorsNamed() {
    deploy(-1, Fixtures.charger(Writing.USUAL.settlingFor(Duration.ofMillis(60))));
    afterWrites(count -> pin(FACTOR, count == 1 ? 0xFFFE : 0));
    WriteResult result = write(12.5);
    assertEquals(Outcome.UNKNOWN, result.outcome(), result.reason());
    assertEquals(
        "its scale factor changed from -1 to -2 while it was written; holding 60 was sent 12.5 A"
            + " (raw 04E2, scale factor -2) and has 1250.0 A (raw 04E2, scale factor 0) now",
        result.reason());
    assertEquals(List.of("60 [125]", "60 [1250]"), writes());
  }

  @Test
  void aSecondWriteThatComesAfterTheDeadlineIsNotSent() {
    deploy(-1, Fixtures.charger(Writing.USUAL.settlingFor(Duration.ofMillis(60))));
    afterWrites(count -> {
      pin(FACTOR, 0xFFFE);
      server().fault(1, new Fault.Delay(Duration.ofMillis(900)));
    });
    WriteResult result = await(ask(request("w-1", 12.5, Deadline.in(800), null)));
    assertEquals(Outcome.UNKNOWN, result.outcome(), result.reason());
    assertTrue(
        result
            .reason()
            .endsWith(
                "holding 60 was sent 12.5 A (raw 007D, scale factor -1) and has 1.25 A (raw 007D,"
                    + " scale factor -2) now"),
        result.reason());
    assertEquals(List.of("60 [125]"), writes());
  }

  // Nobody knows whether the first words are still on their way.
  @Test
  void aWriteWhoseAnswerWasLostIsNotWrittenAgainWithANewFactor() {
    deploy(-1, Fixtures.charger(Writing.USUAL));
    server()
        .onWire(event -> {
          if (event.kind() == WireEvent.Kind.REQUEST) {
            server().fault(1, isWrite(event) ? new Fault.Drop(true) : new Fault.None());
            pin(FACTOR, isWrite(event) || !writes().isEmpty() ? 0xFFFE : 0xFFFF);
          }
        });
    WriteResult result = write(12.5);
    assertEquals(Outcome.UNKNOWN, result.outcome(), result.reason());
    assertTrue(
        result
            .reason()
            .endsWith(
                "holding 60 was sent 12.5 A (raw 007D, scale factor -1) and has 1.25 A (raw 007D,"
                    + " scale factor -2) now"),
        result.reason());
    assertEquals(List.of("60 [125]"), writes());
  }

  // Nobody knows what the device has: whoever set an end for it still needs that end.
  @Test
  void theEndOfAWriteWithAnotherFactorIsWrittenWithTheFactorOfThen() {
    deploy(-1, Fixtures.charger(Writing.USUAL.settlingFor(Duration.ofMillis(60))));
    afterWrites(count -> pin(FACTOR, count == 1 ? 0xFFFE : 0));
    assertEquals(Outcome.UNKNOWN, await(ask(request("w-1", 12.5, new Revert(500, 3.5)))).outcome());
    acquisition.until("ended", () -> writes().size() == 3);
    assertEquals(List.of("60 [125]", "60 [1250]", "60 [3]"), writes());
  }

  private void assertRefused(String why, WriteRequest request) {
    WriteResult result = await(ask(request));
    assertEquals(Outcome.REFUSED, result.outcome());
    assertEquals("not sent: register limit: " + why, result.reason());
    assertEquals(List.of(), writes());
  }

  @Test
  void aRegisterWithoutAScaleFactorIsNotWritten() {
    deploy(-1, Fixtures.charger(Writing.USUAL));
    pin(FACTOR, 0x8000);
    assertRefused(
        "its scale factor limit_sf reads -32768, which is none in -10..10",
        request("w-1", 1, null));
    pin(FACTOR, 11);
    assertRefused(
        "its scale factor limit_sf reads 11, which is none in -10..10", request("w-2", 1, null));
  }

  @Test
  void aRefusalNamesRegisterValueFactorAndBound() {
    deploy(-2, Fixtures.charger(Writing.USUAL));
    assertRefused(
        "700.0 is raw 70000 with scale factor -2, outside 0..65535", request("w-1", 700, null));
    assertRefused(
        "-1.0 is raw -100 with scale factor -2, outside 0..65535", request("w-2", -1, null));
    assertRefused("NaN is not finite", request("w-3", Double.NaN, null));
    // 0xFFFF says "not implemented": devices do something of their own with it.
    assertRefused(
        "655.35 is raw 65535, which means that there is no value", request("w-4", 655.35, null));
  }

  // A limit without end would stay when its time is over.
  @Test
  void aWriteWhoseEndDoesNotFitIsNotWritten() {
    deploy(-2, Fixtures.charger(Writing.USUAL));
    assertRefused(
        "700.0 is raw 70000 with scale factor -2, outside 0..65535",
        request("w-1", 5, new Revert(20_000, 700)));
  }

  @Test
  void anEqualValueIsSuppressedByValueNotByNumber() {
    deploy(-1, Fixtures.charger(Writing.USUAL.inFlash(5)));
    assertEquals(Outcome.VERIFIED, write(12.5).outcome());
    assertEquals(Outcome.SUPPRESSED, await(ask(request("w-2", 12.55, null))).outcome());
    pin(FACTOR, 0xFFFE);
    assertEquals(Outcome.VERIFIED, await(ask(request("w-3", 12.5, null))).outcome());
    assertEquals(List.of("60 [125]", "60 [1250]"), writes());
    assertEquals(2, acquisition.metrics().count("voltbus_flash_writes_total", "charger"));
  }

  @Test
  void aSecondWriteCountsAgainstTheBudgetOfAFlashRegister() {
    deploy(-1, Fixtures.charger(Writing.USUAL.inFlash(1)));
    afterWrites(count -> pin(FACTOR, 0xFFFE));
    WriteResult result = write(12.5);
    assertEquals(Outcome.UNKNOWN, result.outcome());
    assertTrue(
        result
            .reason()
            .endsWith("not written again: limit is flash and its 1 writes of today are used up"),
        result.reason());
    assertEquals(List.of("60 [125]"), writes());
  }

  @Test
  void aKeepAliveFollowsTheFactor() {
    KeepAlive rule =
        new KeepAlive(
            "limit",
            KeepAlive.Kind.VALUE,
            2.5,
            Duration.ofMillis(200),
            KeepAlive.When.ALWAYS,
            List.of());
    deploy(-1, Fixtures.charger(Writing.USUAL, rule));
    acquisition.until("beats", () -> writes().contains("60 [25]"));
    acquisition.onContext(() -> pin(FACTOR, 0xFFFE));
    acquisition.until("follows", () -> writes().contains("60 [250]"));
    assertEquals(List.of("60 [25]", "60 [250]"), writes().stream().distinct().toList());
  }

  // It may have found out the factor for a link that another node writes to now.
  @Test
  void aLeaseThatRunsOutWhileTheFactorIsReadEndsTheWrite() {
    deploy(-1, Fixtures.charger(Writing.USUAL));
    server().onWire(event -> expireAt(event));
    WriteResult result = write(12.5);
    assertEquals(Outcome.REFUSED, result.outcome());
    assertEquals("not sent: the lease of the link is over", result.reason());
    assertEquals(List.of(), writes());
  }

  private void expireAt(WireEvent event) {
    if (event.kind() == WireEvent.Kind.REQUEST) {
      leases.expire();
    }
  }

  @Test
  void aDeadlineThatPassesWhileTheFactorIsReadEndsTheWrite() {
    deploy(-1, Fixtures.charger(Writing.USUAL));
    server().fault(1, new Fault.Delay(Duration.ofMillis(300)));
    WriteResult result = await(ask(request("w-1", 12.5, Deadline.in(200), null)));
    assertEquals(Outcome.REFUSED, result.outcome());
    assertEquals(
        "not sent: its deadline passed while it waited for its scale factor", result.reason());
    assertEquals(List.of(), writes());
  }

  // The number of the connection has to be right after any number of losses.
  @Test
  void aWriteGoesOutAfterReconnects() {
    deploy(-1, Fixtures.charger(Writing.USUAL));
    for (int i = 1; i <= 3; i++) {
      server().dropConnections();
      int before = i;
      acquisition.until("lost", () -> server().openConnections() == 0);
      WriteResult result = await(ask(request("w-" + i, before, null)));
      assertEquals(Outcome.VERIFIED, result.outcome(), result.reason());
    }
    assertEquals(List.of("60 [10]", "60 [20]", "60 [30]"), writes());
  }

  @Test
  void aDeviceThatGivesValueAndFactorOnlyApartIsReadBackInThree() {
    RegisterMap map = Fixtures.charger(Writing.USUAL);
    deploy(-1, map);
    server().fault(1, new Fault.GapReads());
    WriteResult result = write(12.5);
    assertEquals(Outcome.VERIFIED, result.outcome(), result.reason());
    assertEquals(
        List.of(
            "01 03 00 3F 00 01",
            "01 06 00 3C 00 7D",
            "01 03 00 3C 00 04",
            "01 03 00 3F 00 01",
            "01 03 00 3C 00 01",
            "01 03 00 3F 00 01"),
        requests().subList(0, 6));
    assertEquals(Outcome.VERIFIED, await(ask(request("w-2", 13, null))).outcome());
  }

  @Test
  void theWritePlanSaysWhereTheFactorIs() {
    assertEquals(
        List.of(
            "limit: holding 60, scaled by limit_sf, read before, function 6, else 16, settles"
                + " within 500 ms"),
        AcquisitionVerticle.writePlan(
            new Device("charger", "bms", 1, Fixtures.charger(Writing.USUAL))));
  }
}
