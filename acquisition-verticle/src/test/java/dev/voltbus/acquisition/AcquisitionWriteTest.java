package dev.voltbus.acquisition;

import static dev.voltbus.acquisition.TestingAcquisition.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.acquisition.TestingDevice.Fate;
import dev.voltbus.contract.BitSlice;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.LinkStatus;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.RequestAddress;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.contract.WriteRequest;
import dev.voltbus.contract.WriteRequest.Deadline;
import dev.voltbus.contract.WriteResult;
import dev.voltbus.contract.WriteResult.Outcome;
import dev.voltbus.contract.Writing;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests from the bus to the device and back.
class AcquisitionWriteTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final TestingAcquisition acquisition = new TestingAcquisition();
  private final TestingDevice device = acquisition.world(new TestingDevice());

  @AfterEach
  void close() {
    acquisition.close();
  }

  private void deploy(Writing writing, WireSource... places) {
    deploy(Fixtures.writable("inverter", 1, writing, places));
  }

  private void deploy(Device... devices) {
    acquisition.deploy(Fixtures.site(device.url(), devices));
  }

  private static WriteRequest request(String id, double value) {
    return new WriteRequest(
        id, "test", "inverter", "register_0", value, Deadline.in(10_000), 5, "a test", null);
  }

  private Future<WriteResult> ask(WriteRequest request) {
    return acquisition.bus().request(RequestAddress.writes("test", "bms"), request, LIMIT);
  }

  private WriteResult write(String id, double value) {
    return await(ask(request(id, value)));
  }

  private long counted(String outcome) {
    return acquisition.metrics().count("voltbus_writes_total", outcome);
  }

  @Test
  void aWriteReachesTheDeviceAndIsReadBack() {
    device.set(4, 1000);
    deploy(Writing.USUAL, Fixtures.holding(4));
    WriteResult result = write("w-1", 125);
    assertEquals(Outcome.VERIFIED, result.outcome());
    assertEquals(List.of(125), result.written());
    assertEquals(List.of(125), result.readBack());
    assertTrue(result.answeredAt() > 0 && result.durationMillis() < 20_000, result.toString());
    assertEquals(125, device.word(4));
    assertEquals(1, counted("verified"));
    assertTrue(
        acquisition.logged().stream()
            .anyMatch(line ->
                line.matches(
                    "device=inverter write register_0 = 125.0 \\(raw 007D\\): verified in"
                        + " \\d+ ms; w-1 for a test")),
        () -> acquisition.logged().toString());
  }

  // A sender that hears nothing sends the same id again.
  @Test
  void aRepeatedRequestHasOneEffectAndOneResult() {
    device.answerAfter(30);
    deploy(Writing.USUAL, Fixtures.holding(4));
    Future<WriteResult> first = ask(request("w-1", 125));
    Future<WriteResult> second = ask(request("w-1", 125));
    assertEquals(await(first), await(second));
    assertEquals(await(first), write("w-1", 125));
    assertEquals(List.of("6@4 [125]"), device.writes());
  }

  static Stream<Arguments> ways() {
    WireSource word = Fixtures.holding(4);
    WireSource two = WireSource.holding(4, WireType.U32);
    WireSource byteOfWord = WireSource.holding(4, WireType.U8).withSlice(BitSlice.HIGH_BYTE);
    WireSource coil = Fixtures.bit(RegisterTable.COIL, 4);
    return Stream.of(
        Arguments.of(Writing.Function.AUTO, word, "6@4 [1]"),
        Arguments.of(Writing.Function.SINGLE, word, "6@4 [1]"),
        Arguments.of(Writing.Function.MULTIPLE, word, "16@4 [1]"),
        Arguments.of(Writing.Function.AUTO, two, "16@4 [0, 1]"),
        Arguments.of(Writing.Function.AUTO, coil, "5@4 [65280]"),
        Arguments.of(Writing.Function.MULTIPLE, coil, "15@4 [1]"),
        Arguments.of(Writing.Function.AUTO, byteOfWord, "22@4 [255, 256]"),
        Arguments.of(Writing.Function.SINGLE, byteOfWord, "6@4 [341]"),
        Arguments.of(Writing.Function.MULTIPLE, byteOfWord, "16@4 [341]"));
  }

  // Some devices take a list only, some a single register only.
  @ParameterizedTest
  @MethodSource("ways")
  void aRegisterIsWrittenByTheFunctionItsFileNames(
      Writing.Function function, WireSource place, String expected) {
    device.set(4, 0x0055);
    deploy(Writing.USUAL.by(function), place);
    assertEquals(Outcome.VERIFIED, write("w-1", 1).outcome());
    assertEquals(List.of(expected), device.writes());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theOtherFunctionIsTriedOnceWhereTheFileAllowsAndRemembered(int exception) {
    device.refuse(6, exception);
    deploy(Writing.USUAL, Fixtures.holding(4));
    assertEquals(Outcome.VERIFIED, write("w-1", 7).outcome());
    assertEquals(Outcome.VERIFIED, write("w-2", 8).outcome());
    assertEquals(List.of("6@4 [7]", "16@4 [7]", "16@4 [8]"), device.writes());
  }

  @Test
  void aDeviceWithoutMaskWriteIsReadFirst() {
    device.set(4, 0x0055);
    device.refuse(22, 1);
    deploy(Writing.USUAL, WireSource.holding(4, WireType.U8).withSlice(BitSlice.HIGH_BYTE));
    assertEquals(Outcome.VERIFIED, write("w-1", 1).outcome());
    assertEquals(List.of("22@4 [255, 256]", "6@4 [341]"), device.writes());
  }

  @Test
  void aRefusalThatAnotherFunctionCannotMendIsTheResult() {
    device.refuse(6, 2);
    deploy(Writing.USUAL, Fixtures.holding(4));
    WriteResult result = write("w-1", 7);
    assertEquals(Outcome.FAILED, result.outcome());
    assertTrue(
        result.reason().endsWith("write holding 4 refused, exception 2 (illegal data address)"),
        result.reason());
    assertEquals(List.of("6@4 [7]"), device.writes());
  }

  @Test
  void aValueThatShowsLateIsWaitedForWithinItsWindow() {
    device.settleAfter(3);
    deploy(Writing.USUAL.settlingFor(Duration.ofSeconds(10)), Fixtures.holding(4));
    assertEquals(Outcome.VERIFIED, write("w-1", 7).outcome());
    assertEquals(List.of("6@4 [7]"), device.writes());
  }

  // A value that is echoed and not taken is the worst kind: a limit that does not hold.
  @Test
  void aValueThatIsNotTakenFails() {
    device.set(4, 1000);
    device.fate(Fate.IGNORED);
    deploy(Writing.USUAL, Fixtures.holding(4));
    WriteResult result = write("w-1", 7);
    assertEquals(Outcome.FAILED, result.outcome());
    assertEquals("holding 4 kept 1000.0 (raw 03E8) instead of 7.0 (raw 0007)", result.reason());
    assertEquals(1, counted("failed"));
  }

  // ---- the power goes in the middle of it

  @Test
  void aLostAnswerIsDecidedByReadingBackNeverByWritingAgain() {
    device.fate(Fate.LOST_AFTER);
    deploy(Writing.USUAL, Fixtures.holding(4));
    WriteResult result = write("w-1", 7);
    assertEquals(Outcome.VERIFIED, result.outcome(), result.reason());
    assertTrue(result.reason().endsWith("; but it reads back equal"), result.reason());
    assertEquals(0, result.answeredAt());
    assertEquals(List.of("6@4 [7]"), device.writes());
  }

  @Test
  void aLostWriteThatWasNotDoneFails() {
    device.set(4, 1000);
    device.fate(Fate.LOST_BEFORE);
    deploy(Writing.USUAL, Fixtures.holding(4));
    WriteResult result = write("w-1", 7);
    assertEquals(Outcome.FAILED, result.outcome());
    assertTrue(
        result.reason().endsWith("; holding 4 kept 1000.0 (raw 03E8) instead of 7.0 (raw 0007)"),
        result.reason());
    assertEquals(List.of("6@4 [7]"), device.writes());
  }

  @Test
  void aDeviceThatStaysAwayLeavesTheOutcomeUnknown() {
    device.fate(Fate.POWER_OFF);
    deploy(Writing.USUAL, Fixtures.holding(4));
    WriteResult result = write("w-1", 7);
    assertEquals(Outcome.UNKNOWN, result.outcome());
    assertTrue(result.reason().contains("; reading back failed: "), result.reason());
    assertEquals(List.of(7), result.written());
    assertEquals(List.of(), result.readBack());
    assertEquals(List.of("6@4 [7]"), device.writes());
  }

  @Test
  void aDeviceThatComesBackInTimeSaysWhatItHas() {
    device.set(4, 1000);
    device.fate(Fate.POWER_OFF);
    deploy(Writing.USUAL, Fixtures.holding(4));
    Future<WriteResult> asked = ask(request("w-1", 7));
    acquisition.until("write out", () -> !device.writes().isEmpty());
    acquisition.until("power off", device::isOff);
    await(device.powerOn());
    assertEquals(Outcome.FAILED, await(asked).outcome());
    assertEquals(List.of(1000), await(asked).readBack());
  }

  // ---- who may write what, and until when

  private void assertRefused(String why, WriteRequest request) {
    WriteResult result = await(ask(request));
    assertEquals(Outcome.REFUSED, result.outcome());
    assertEquals("not sent: " + why, result.reason());
    assertEquals(List.of(), device.writes());
  }

  private static WriteRequest with(String id, String device, String key, double value, long token) {
    return new WriteRequest(
        id, "test", device, key, value, Deadline.in(10_000), token, "a test", null);
  }

  @Test
  void aRefusalNamesRegisterValueAndBound() {
    deploy(Writing.USUAL, Fixtures.holding(4));
    assertRefused(
        "register register_0: 65536.0 is raw 65536, outside 0..65535", request("w-1", 65_536));
    assertRefused("register register_0: NaN is not finite", request("w-2", Double.NaN));
    assertRefused(
        "device inverter has no writable register nothing",
        with("w-3", "inverter", "nothing", 1, 5));
    assertRefused("this link has no device other", with("w-4", "other", "register_0", 1, 5));
    assertEquals(4, counted("refused"));
  }

  // The former command role may not know yet that it is not in charge any more.
  @Test
  void aFormerSenderIsRefused() {
    deploy(Writing.USUAL, Fixtures.holding(4));
    assertRefused("token 0 of its sender is older than 0", with("w-0", "inverter", "x", 1, 0));
    assertEquals(
        Outcome.VERIFIED, await(ask(with("w-1", "inverter", "register_0", 1, 9))).outcome());
    WriteResult late = await(ask(with("w-2", "inverter", "register_0", 2, 8)));
    assertEquals("not sent: token 8 of its sender is older than 9", late.reason());
    assertEquals(1, device.word(4));
  }

  @Test
  void aMessageDeliveredAfterItsDeadlineHasNoEffect() {
    deploy(Writing.USUAL, Fixtures.holding(4));
    LinkStatus heard = acquisition.nextStatus();
    assertRefused("its deadline has passed", dated("w-1", Deadline.in(0)));
    // Held back by the network: time left when it was sent, but none by the owner's own clock.
    assertRefused(
        "its deadline has passed",
        dated("w-2", new Deadline(10_000, heard.token(), heard.clockMillis() - 1)));
    assertRefused(
        "its deadline is by the clock of a former owner",
        dated("w-3", new Deadline(10_000, heard.token() - 1, heard.clockMillis() + 10_000)));
    assertEquals(
        Outcome.VERIFIED, await(ask(dated("w-4", Deadline.in(10_000, heard, 5)))).outcome());
  }

  private static WriteRequest dated(String id, Deadline deadline) {
    return new WriteRequest(id, "test", "inverter", "register_0", 7, deadline, 5, "a test", null);
  }
}
