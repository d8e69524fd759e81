package dev.voltbus.command;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Address;
import dev.voltbus.contract.CommandRequest;
import dev.voltbus.contract.CommandRequest.Delivery;
import dev.voltbus.contract.CommandRequest.Until;
import dev.voltbus.contract.CommandResult;
import dev.voltbus.contract.CommandResult.Status;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.DeviceTimer;
import dev.voltbus.contract.Control.Pace;
import dev.voltbus.contract.Control.ValueRef;
import dev.voltbus.contract.ControlState;
import dev.voltbus.contract.ControlState.Mode;
import dev.voltbus.contract.Limits;
import dev.voltbus.contract.WriteRequest;
import dev.voltbus.contract.WriteResult;
import dev.voltbus.outbox.AuditVerdict;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// From a command to the writes that reach the owner of the link, and back.
class SiteControlTest {
  private static final DeviceTimer TIMER =
      new DeviceTimer(new ValueRef("bms-1", "timer"), Duration.ofSeconds(600));

  private static final int MANY = 100;

  @TempDir private Path state;
  private ControlRig rig;

  @BeforeEach
  void start() throws Exception {
    rig = rig(TIMER, Pace.USUAL);
    rig.linkUp(1);
    rig.start();
  }

  private ControlRig rig(@Nullable DeviceTimer timer, Pace pace) {
    return new ControlRig(ControlRig.control(ControlRig.battery(timer, pace)), state);
  }

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  private void restart(@Nullable DeviceTimer timer, Pace pace) throws Exception {
    rig.close();
    rig = rig(timer, pace);
    rig.linkUp(2);
    rig.start();
  }

  // ---- limits

  @Test
  void theBaseIsWrittenAtTheStartWithoutAnEnd() throws Exception {
    rig.state(ControlState.Battery::isSettled);
    assertEquals(List.of(100.0, 100.0), rig.limits());
    assertEquals(0, rig.last("timer"));
    assertTrue(rig.writes.stream().allMatch(write -> write.revert() == null));
  }

  @Test
  void aLimitIsWrittenWithItsEndVerifiedAndTakenBack() throws Exception {
    CommandResult accepted =
        rig.send("SET_LIMITS", "{\"max_charge\":50,\"max_discharge\":60.25,\"timeout\":1.5}");
    assertEquals(Status.ACCEPTED, accepted.status(), accepted::toString);
    assertEquals(new Limits(50.0, 60.25), accepted.requested());
    assertEquals(50.0, accepted.effective().charge());
    assertEquals(60.2, accepted.effective().discharge(), 1e-6);
    assertTrue(accepted.remainingMillis() > 1_000 && accepted.remainingMillis() <= 1_500);

    rig.result(accepted.id(), Status.WRITTEN);
    rig.result(accepted.id(), Status.VERIFIED);
    assertEquals(50.0, rig.last("charge_limit"));
    assertEquals(60.2, rig.last("discharge_limit"), 1e-6);
    assertTrue(List.of(2.0, 1.0).contains(rig.last("timer"))); // 1 when 1 s is left
    WriteRequest charge = lastWrite("charge_limit");
    assertEquals(100.0, charge.revert().value());
    assertTrue(charge.revert().afterMillis() > 1_000 && charge.revert().afterMillis() <= 1_500);

    assertEquals(new Limits(100.0, 100.0), rig.result(accepted.id(), Status.EXPIRED).effective());
    rig.state(battery -> battery.isSettled() && battery.remainingMillis() == 0);
    assertEquals(List.of(100.0, 100.0), rig.limits());
    assertEquals(0, rig.last("timer"));
    CommandResult next = rig.send("RESTART", "");
    assertEquals(List.of(), List.copyOf(rig.results), next::toString); // the command is over
  }

  private WriteRequest lastWrite(String key) {
    return rig.writes.stream()
        .filter(write -> write.key().equals(key))
        .reduce((before, after) -> after)
        .orElseThrow();
  }

  // If the owner of the link died, the device would go on with the limit for most of a second.
  @Test
  void aTimerThatEndsLateIsSetAnewWhenWholeSecondsAreLeft() throws Exception {
    rig.state(ControlState.Battery::isSettled);
    List<Long> ends = new CopyOnWriteArrayList<>();
    rig.owner(request -> {
      if (request.key().equals("timer") && request.value() > 0) {
        ends.add(System.nanoTime() + (long) (request.value() * 1e9));
      }
      return ControlRig.verified(request);
    });
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2_400);
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50,\"timeout\":2.4}");
    rig.result(accepted.id(), Status.EXPIRED);
    List<Long> late = ends.stream().map(each -> TimeUnit.NANOSECONDS.toMillis(each - end)).toList();
    assertEquals(2, late.size(), late::toString);
    assertTrue(late.stream().allMatch(millis -> millis >= 0), late::toString);
    assertTrue(late.getLast() < 400 && late.getFirst() >= 600, late::toString);
  }

  // Between the two a device has no limit without its own end.
  @Test
  void theDevicesTimerIsWrittenBeforeItsLimits() throws Exception {
    rig.state(ControlState.Battery::isSettled);
    rig.writes.clear();
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50}");
    rig.result(accepted.id(), Status.VERIFIED);
    assertEquals(
        List.of("timer", "charge_limit", "discharge_limit"),
        rig.writes.stream().map(WriteRequest::key).toList());
  }

  @Test
  void aDirectionThatIsNotGivenIsAtItsBaseAndTheResultSaysSo() throws Exception {
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50}");
    assertEquals("at-base", accepted.code());
    assertEquals("max_discharge not given: at its base of 100 A", accepted.reason());
    assertEquals(new Limits(50.0, null), accepted.requested());
    assertEquals(new Limits(50.0, 100.0), accepted.effective());
  }

  @Test
  void aNewLimitReplacesTheWholeOldOneUnlessToldToKeepIt() throws Exception {
    CommandResult first = rig.send("SET_LIMITS", "{\"max_charge\":50,\"max_discharge\":60}");
    CommandResult second = rig.send("SET_LIMITS", "{\"max_charge\":40,\"keep_other\":true}");
    assertEquals(new Limits(40.0, 60.0), second.effective());
    rig.result(first.id(), Status.REPLACED);
    CommandResult third = rig.send("SET_LIMITS", "{\"max_charge\":30}");
    assertEquals(new Limits(30.0, 100.0), third.effective());
  }

  @Test
  void aLimitFollowsWhatTheDeviceAllows() throws Exception {
    rig.measure(0, 30);
    rig.state(battery -> battery.isSettled() && battery.effective().charge() == 100.0);
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50,\"max_discharge\":20}");
    assertEquals("device-allows-less", accepted.code());
    assertEquals(new Limits(50.0, 20.0), accepted.requested());
    assertEquals(new Limits(30.0, 20.0), accepted.effective());
    rig.result(accepted.id(), Status.VERIFIED);
    assertEquals(List.of(30.0, 20.0), rig.limits());
    rig.measure(0, 200);
    rig.state(battery -> battery.isSettled() && battery.effective().charge() == 50.0);
    assertEquals(List.of(50.0, 20.0), rig.limits());
  }

  // One reading that is missing must not let more current flow.
  @Test
  void whatTheDeviceAllowedLastCountsUntilItSaysOtherwise() throws Exception {
    rig.measure(0, 30);
    rig.send("SET_LIMITS", "{\"max_charge\":50,\"max_discharge\":20}");
    rig.state(battery -> battery.isSettled() && battery.effective().charge() == 30.0);
    rig.writes.clear();
    rig.measureBadly();
    rig.send("RESTART", ""); // behind the reading
    rig.states.clear();
    rig.state(any -> true); // said every 2 s, many looks later
    assertEquals(List.of(), rig.writes);
  }

  // ---- pause and stop

  @Test
  void aPauseTakesTheCurrentAndTheTimerAway() throws Exception {
    rig.send("SET_LIMITS", "{\"max_charge\":50,\"max_discharge\":60}");
    CommandResult paused = rig.send("PAUSE", "anything");
    rig.result(paused.id(), Status.VERIFIED);
    assertEquals(List.of(0.0, 0.0), rig.limits());
    assertEquals(0, rig.last("timer")); // or the device would go back to its base by itself
    assertNull(lastWrite("charge_limit").revert());
    CommandResult resumed = rig.send("RESUME", "");
    assertEquals(new Limits(50.0, 60.0), resumed.effective());
    rig.result(resumed.id(), Status.VERIFIED);
    assertEquals(List.of(50.0, 60.0), rig.limits());
  }

  @Test
  void aStopWaitsForTheCurrentToBeLow() throws Exception {
    rig.measure(40, 200);
    rig.send("STOP", "");
    rig.state(battery -> battery.mode() == Mode.STOPPING && battery.isSettled());
    assertEquals(List.of(0.0, 0.0), rig.limits());
    CompletableFuture<String> kept = keptWhenTold(Mode.STOPPED);
    rig.measure(-1.5, 200);
    rig.state(battery -> battery.mode() == Mode.STOPPED);
    // Or a process that starts behind this one would wait for the current anew.
    assertTrue(kept.get(10, TimeUnit.SECONDS).contains("STOPPED"), kept::join);
    rig.send("RESUME", "");
    rig.state(battery -> battery.mode() == Mode.RUNNING && battery.isSettled());
    assertEquals(List.of(100.0, 100.0), rig.limits());
  }

  /// What is on disk when others are told of a mode.
  private CompletableFuture<String> keptWhenTold(Mode mode) {
    CompletableFuture<String> kept = new CompletableFuture<>();
    rig.bus.subscribe(
        Address.control(ControlRig.SITE),
        told -> {
          if (told.mode() == mode && !kept.isDone()) {
            kept.complete(
                assertDoesNotThrow(
                    () -> Files.readString(ControlStore.file(state, ControlRig.SITE))));
          }
        });
    return kept;
  }

  // The device has it already; whoever sent it learns so.
  @Test
  void aPauseTwiceIsVerifiedTwice() throws Exception {
    rig.result(rig.send("PAUSE", "").id(), Status.VERIFIED);
    int before = rig.writes.size();
    rig.result(rig.send("PAUSE", "").id(), Status.VERIFIED);
    assertEquals(before, rig.writes.size());
  }

  @Test
  void aLimitDuringAPauseWaitsForItsEnd() throws Exception {
    rig.result(rig.send("PAUSE", "").id(), Status.VERIFIED);
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50,\"max_discharge\":60}");
    assertEquals("not-running", accepted.code());
    assertEquals(new Limits(0.0, 0.0), accepted.effective());
    assertEquals(new Limits(50.0, 60.0), accepted.requested());
    assertEquals(List.of(0.0, 0.0), rig.limits());
  }

  // ---- following

  @Test
  void theMeasuredCurrentDecidesWhetherALimitIsFollowed() throws Exception {
    Pace quick = new Pace(Duration.ofSeconds(30), Duration.ofMillis(300), Duration.ofSeconds(9), 1);
    restart(TIMER, quick);
    rig.measure(80, 200);
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50}");
    rig.result(accepted.id(), Status.VERIFIED);
    rig.measure(80, 200); // measured after the write
    CommandResult not = rig.result(accepted.id(), Status.NOT_FOLLOWED);
    assertTrue(not.reason().startsWith("80.0 A flow"), not.reason());
    rig.measure(50.5, 200);
    rig.result(accepted.id(), Status.FOLLOWED);
  }

  // ---- a device that does not do what it should

  @Test
  void aWriteThatFailsIsToldAndTriedUntilItSucceeds() throws Exception {
    rig.state(ControlState.Battery::isSettled);
    rig.owner(write -> ControlRig.result(write, WriteResult.Outcome.FAILED, "exception 4"));
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50}");
    assertTrue(rig.result(accepted.id(), Status.FAILED).reason().contains("exception 4"));
    assertFalse(rig.state(battery -> battery.effective().charge() == 50.0).isSettled());
    rig.owner(ControlRig::verified);
    rig.result(accepted.id(), Status.VERIFIED);
  }

  // The new owner of a link has no ends, and the device may have been written by nobody.
  @Test
  void aNewOwnerOfTheLinkIsGivenWhatIsInForce() throws Exception {
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50}");
    rig.result(accepted.id(), Status.VERIFIED);
    rig.linkDown();
    rig.writes.clear();
    rig.states.clear();
    rig.linkUp(5);
    rig.state(battery -> !battery.isSettled());
    rig.state(ControlState.Battery::isSettled);
    assertEquals(List.of(50.0, 100.0), rig.limits());
    assertTrue(lastWrite("charge_limit").revert().afterMillis() < 30_000);
  }

  @Test
  void aSilentDeviceGetsItsSafeLimitsBeforeItsOldOnes() throws Exception {
    Pace quick = new Pace(Duration.ofMillis(400), Duration.ofSeconds(9), Duration.ofSeconds(9), 1);
    restart(TIMER, quick);
    rig.measure(0, 200);
    rig.linkDown();
    rig.state(battery -> !battery.isInContact());
    rig.writes.clear();
    rig.linkUp(7);
    rig.state(battery -> battery.isSettled() && !battery.isInContact());
    assertEquals(List.of(10.0, 10.0), rig.limits());
    rig.measure(0, 200);
    rig.state(battery -> battery.isSettled() && battery.isInContact());
    assertEquals(List.of(100.0, 100.0), rig.limits());
  }

  // Who carries the writes out may die behind any of them: the device must not be left with a limit
  // that its timer does not end.
  @Test
  void behindEachWriteALimitHasItsTimer() throws Exception {
    rig.state(ControlState.Battery::isSettled);
    rig.writes.clear();
    CommandResult accepted =
        rig.send("SET_LIMITS", "{\"max_charge\":50,\"max_discharge\":60,\"timeout\":1}");
    rig.result(accepted.id(), Status.EXPIRED);
    rig.state(battery -> battery.isSettled() && battery.remainingMillis() == 0);
    Map<String, Double> device = new HashMap<>();
    List<String> order = new ArrayList<>();
    for (WriteRequest write : rig.writes) {
      device.put(write.key(), write.value());
      order.add(write.key());
      boolean isLimited =
          device.getOrDefault("charge_limit", 100.0) != 100.0
              || device.getOrDefault("discharge_limit", 100.0) != 100.0;
      assertTrue(
          !isLimited || device.getOrDefault("timer", 0.0) > 0,
          () -> "a limit without a timer behind " + order);
    }
    assertEquals(Map.of("charge_limit", 100.0, "discharge_limit", 100.0, "timer", 0.0), device);
  }

  // One that went to an owner who is dead; the next is asked long before an answer is given up.
  @Test
  void aWriteThatNobodyAnswersIsAskedForAgain() throws Exception {
    rig.state(ControlState.Battery::isSettled);
    rig.writes.clear();
    rig.lose(2);
    long began = System.nanoTime();
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50,\"timeout\":60}");
    rig.result(accepted.id(), Status.VERIFIED);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    assertTrue(millis < 5_000, "took " + millis + " ms");
    List<String> ids = rig.writes.stream().map(WriteRequest::id).toList();
    assertEquals(3, Set.copyOf(ids).size(), () -> "the same requests again: " + ids);
    assertEquals(5, ids.size(), () -> "only those without an answer: " + ids);
    List<Integer> left =
        rig.writes.stream()
            .filter(write -> write.key().equals("charge_limit"))
            .map(write -> write.revert().afterMillis())
            .toList();
    assertTrue(left.getLast() < left.getFirst() - 400, () -> "with the time left then: " + left);
  }

  // Its word that it is there may have come to nothing.
  @Test
  void anOwnerThatIsKnownByItsReadingsAloneIsGivenWhatIsInForce() throws Exception {
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50,\"timeout\":60}");
    rig.result(accepted.id(), Status.VERIFIED);
    rig.measureBy(1);
    rig.state(ControlState.Battery::isSettled);
    rig.writes.clear();
    rig.measureBy(7);
    rig.until("written again", () -> rig.writes.size() >= 3);
    assertEquals(List.of(50.0, 100.0), rig.limits());
    rig.nextState(ControlState.Battery::isSettled);
    rig.writes.clear();
    rig.measureBy(7);
    rig.measureBy(6);
    assertEquals(Status.ACCEPTED, rig.send("RESTART", "").status());
    assertEquals(List.of(), rig.writes, "it is no other owner");
  }

  // ---- over a restart

  @Test
  void modeAndLimitsSurviveTheProcess() throws Exception {
    rig.send("SET_LIMITS", "{\"max_charge\":50,\"timeout\":600}");
    rig.send("PAUSE", "");
    restart(null, Pace.USUAL);
    ControlState.Battery paused = rig.state(ControlState.Battery::isSettled);
    assertEquals(Mode.PAUSED, paused.mode());
    assertEquals(List.of(0.0, 0.0), rig.limits());
    assertTrue(paused.remainingMillis() > 590_000, paused::toString);
    assertEquals(new Limits(50.0, 100.0), rig.send("RESUME", "").effective());
  }

  @Test
  void theEndOfALimitIsToldByTheNextProcessToo() throws Exception {
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50,\"timeout\":3}");
    restart(TIMER, Pace.USUAL);
    CommandResult expired = rig.result(accepted.id(), Status.EXPIRED);
    assertEquals(accepted.about(), expired.about());
    assertEquals(new Limits(50.0, null), expired.requested());
    assertEquals(new Limits(100.0, 100.0), expired.effective());
  }

  @Test
  void aLimitThatAnotherReplacesIsToldByTheNextProcessToo() throws Exception {
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50,\"timeout\":600}");
    restart(TIMER, Pace.USUAL);
    CommandResult next = rig.send("SET_LIMITS", "{\"max_charge\":40,\"timeout\":600}");
    rig.result(accepted.id(), Status.REPLACED);
    rig.result(next.id(), Status.VERIFIED);
  }

  private CommandResult endWhileNobodyRuns() throws Exception {
    CommandResult accepted = rig.send("SET_LIMITS", "{\"max_charge\":50,\"timeout\":1}");
    rig.close();
    rig.until("over", () -> System.currentTimeMillis() > accepted.expiresAt());
    rig = rig(TIMER, Pace.USUAL);
    return accepted;
  }

  @Test
  void aLimitThatEndedMeanwhileIsOverOnceTheBaseHolds() throws Exception {
    CommandResult accepted = endWhileNobodyRuns();
    rig.linkUp(2);
    rig.start();
    CommandResult expired = rig.result(accepted.id(), Status.EXPIRED);
    assertEquals(new Limits(100.0, 100.0), expired.effective());
    assertEquals(List.of(100.0, 100.0), rig.limits());
    rig.send("RESTART", "");
    assertEquals(0, rig.results.stream().filter(each -> each.id().equals(accepted.id())).count());
  }

  // A limit that comes before the base could be written is not the one that is over.
  @Test
  void aLimitThatEndedMeanwhileIsNotReplaced() throws Exception {
    CommandResult accepted = endWhileNobodyRuns();
    rig.start();
    CommandResult next = rig.send("SET_LIMITS", "{\"max_charge\":40,\"timeout\":600}");
    CommandResult first = rig.results.poll(10, TimeUnit.SECONDS);
    assertEquals(accepted.id() + " " + Status.EXPIRED, first.id() + " " + first.status());
    rig.linkUp(2);
    rig.result(next.id(), Status.VERIFIED);
    assertEquals(new Limits(40.0, 100.0), rig.send("RESTART", "").effective());
  }

  @Test
  void aStateThatCannotBeReadIsDecidedByTheSiteFile() throws Exception {
    rig.send("PAUSE", "");
    rig.close();
    Files.writeString(ControlStore.file(state, ControlRig.SITE), "{}");
    Control usual = ControlRig.control(ControlRig.battery(TIMER, Pace.USUAL));
    Control careful =
        new Control(usual.batteries(), Control.OnUnknown.PAUSED, Map.of(), false, false, Map.of());
    rig = new ControlRig(careful, state);
    rig.linkUp(2);
    rig.start();
    assertEquals(Mode.PAUSED, rig.state(ControlState.Battery::isSettled).mode());
    assertEquals(List.of(0.0, 0.0), rig.limits());
  }

  // What is accepted is on disk: a full disk must not lose a limit, nor keep a pause away.
  @Test
  void aStateThatCannotBeKeptRefusesALimitButNotAPause() throws Exception {
    rig.state(ControlState.Battery::isSettled);
    Path file = ControlStore.file(state, ControlRig.SITE);
    Files.createDirectories(file.resolveSibling(file.getFileName() + ".new").resolve("x"));
    CommandResult refused = rig.send("SET_LIMITS", "{\"max_charge\":50}");
    assertEquals("not-kept", refused.code());
    assertEquals(List.of(100.0, 100.0), rig.limits());
    CommandResult paused = rig.send("PAUSE", "");
    assertEquals(Status.ACCEPTED, paused.status());
    assertEquals("not-kept", paused.code());
    rig.result(paused.id(), Status.VERIFIED);
    assertEquals(List.of(0.0, 0.0), rig.limits());

    Files.delete(file.resolveSibling(file.getFileName() + ".new").resolve("x"));
    Files.delete(file.resolveSibling(file.getFileName() + ".new"));
    rig.until("the pause is kept when the disk is well again", () -> isKept("PAUSED"));
    restart(TIMER, Pace.USUAL);
    ControlState.Battery after = rig.state(ControlState.Battery::isSettled);
    assertEquals(Mode.PAUSED, after.mode());
    assertEquals(Limits.NONE, after.requested(), "what was refused never comes back");
  }

  private boolean isKept(String word) {
    try {
      Path file = ControlStore.file(state, ControlRig.SITE);
      return Files.exists(file) && Files.readString(file).contains(word);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- registers that count in W

  // Nobody needs to know a voltage to let no current flow.
  @Test
  void aPauseInWattsNeedsNoVoltage() throws Exception {
    rig.close();
    rig = new ControlRig(ControlRig.control(ControlRig.inWatts()), state);
    rig.linkUp(2);
    rig.start();
    assertEquals(Status.ACCEPTED, rig.send("PAUSE", "").status());
    rig.state(ControlState.Battery::isSettled);
    assertEquals(List.of(0.0, 0.0), rig.limits());
    CommandResult limited = rig.send("RESUME", "");
    assertTrue(rig.result(limited.id(), Status.FAILED).reason().contains("voltage"));
    assertEquals(List.of(0.0, 0.0), rig.limits());
    rig.measure(50, 200); // what is called current serves as 50 V here
    rig.state(battery -> battery.isSettled() && battery.mode() == Mode.RUNNING);
    assertEquals(List.of(5_000.0, 5_000.0), rig.limits());
  }

  // ---- refusals

  static List<Arguments> refusals() {
    String limits = "{\"max_charge\":40}";
    return List.of(
        refusal("retained", "SET_LIMITS", limits, "bms-1", "BE", Delivery.RETAINED),
        refusal("queued", "SET_LIMITS", limits, "bms-1", "BE", Delivery.QUEUED),
        refusal("queued", "PAUSE", "", "bms-1", "BE", Delivery.UNKNOWN),
        refusal("unknown-command", "EXPLODE", "", "bms-1", "BE", Delivery.LIVE),
        refusal("unknown-device", "PAUSE", "", "bms-9", "BE", Delivery.LIVE),
        refusal("no-target", "PAUSE", "", "bms-2", "BE", Delivery.LIVE),
        refusal("not-permitted", "BMSRESET", "", "bms-1", "BE", Delivery.LIVE),
        refusal("not-permitted", "STOP", "", "bms-1", "narrow", Delivery.LIVE),
        refusal("too-large", "PAUSE", "x".repeat(4_097), "bms-1", "BE", Delivery.LIVE),
        limits("malformed", "{\"max_charge\":50"),
        limits("too-deep", "{\"max_charge\":" + "[".repeat(9) + "]".repeat(9) + "}"),
        limits("wrong-type", "{\"max_charge\":\"50\"}"),
        limits("not-finite", "{\"max_charge\":NaN}"),
        limits("negative", "{\"max_charge\":-1}"),
        limits("above-envelope", "{\"max_charge\":151}"),
        limits("timeout-out-of-range", "{\"max_charge\":40,\"timeout\":0}"),
        limits("no-limit", "{\"timeout\":30}"),
        limits("unknown-key", "{\"max_charge\":40,\"volume\":11}"),
        limits("repeated-key", "{\"max_charge\":40,\"max_charge\":41}"),
        limits("no-envelope", "{\"max_charge\":40,\"id\":\"a\"}"),
        signedLimits("wrong-signature", 0, "guessed"),
        signedLimits("stale", 11, ControlRig.KEY),
        signedLimits("from-future", -60, ControlRig.KEY));
  }

  private static Arguments limits(String code, String payload) {
    return refusal(code, "SET_LIMITS", payload, "bms-1", "BE", Delivery.LIVE);
  }

  private static Arguments signedLimits(String code, double issuedAgo, String key) {
    return limits(code, signed("never-taken", issuedAgo, key, "SET_LIMITS", "\"max_charge\":40,"));
  }

  private static Arguments refusal(
      String code, String command, String payload, String device, String origin, Delivery how) {
    return Arguments.of(code, ControlRig.request(command, payload, device, origin, how));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void aRefusedCommandHasNoEffect(String code, CommandRequest request) throws Exception {
    CommandResult running = rig.send("SET_LIMITS", "{\"max_charge\":50}");
    rig.result(running.id(), Status.VERIFIED);
    rig.writes.clear();
    for (int i = 0; i < MANY; i++) {
      CommandResult refused = rig.send(again(request, i));
      assertEquals(code, refused.code(), refused::toString);
      assertEquals(Status.REFUSED, refused.status());
    }
    assertEquals(List.of(), rig.writes);
    CommandResult next = rig.send("SET_LIMITS", "{\"max_discharge\":70,\"keep_other\":true}");
    assertEquals(new Limits(50.0, 70.0), next.effective());
    rig.stop();
    String reason = "\"reason\":\"" + code + "\"";
    assertEquals(MANY, audit().lines().filter(line -> line.contains(reason)).count());
  }

  private static CommandRequest again(CommandRequest any, int number) {
    return new CommandRequest(
        any.id() + "-" + number,
        any.source(),
        any.device(),
        any.name(),
        any.payload(),
        any.delivery(),
        any.until(),
        any.origin(),
        any.perAmpere());
  }

  private String audit() throws Exception {
    Path folder = AuditTrail.folder(state, ControlRig.SITE);
    assertEquals(List.of(), AuditVerdict.of(folder).faults());
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  @Test
  void aCommandWhoseTimeIsOverHasNoEffect() throws Exception {
    CommandRequest late = ControlRig.request("PAUSE", "").until(Until.in(0));
    assertEquals("too-late", rig.send(late).code());
    long clock = rig.states.take().clockMillis();
    ControlState heard = new ControlState(1, 1, Mode.RUNNING, clock, List.of());
    CommandRequest ofFormer = ControlRig.request("PAUSE", "").until(Until.in(5_000, heard, 0));
    assertEquals("too-late", rig.send(ofFormer).code());
  }

  @Test
  void theSameRequestTwiceHasOneEffect() throws Exception {
    CommandRequest request = ControlRig.request("SET_LIMITS", "{\"max_charge\":50}");
    CommandResult first = rig.send(request);
    rig.result(first.id(), Status.VERIFIED);
    int before = rig.writes.size();
    assertEquals(first, rig.send(request));
    assertEquals(before, rig.writes.size());
  }

  @Test
  void aFloodIsRefusedButForPauseAndStop() throws Exception {
    List<String> codes = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      codes.add(rig.send(from("flood", "SET_LIMITS", "{\"max_charge\":" + i + "}")).code());
    }
    assertEquals("at-base", codes.getFirst());
    assertEquals("rate-limit", codes.getLast());
    assertEquals(Status.ACCEPTED, rig.send(from("flood", "PAUSE", "")).status());
    assertEquals("rate-limit", rig.send(from("flood", "RESUME", "")).code());
    assertEquals(Status.ACCEPTED, rig.send(from("flood", "STOP", "")).status());
    assertEquals(Status.ACCEPTED, rig.send(from("another", "RESUME", "")).status());
  }

  private static CommandRequest from(String source, String command, String payload) {
    CommandRequest any = ControlRig.request(command, payload);
    return new CommandRequest(
        any.id(),
        source,
        any.device(),
        command,
        Buffer.buffer(payload),
        any.delivery(),
        any.until(),
        any.origin(),
        1);
  }

  // ---- signed commands

  private static String signed(String id, double issuedAgo, String key, String command) {
    return signed(id, issuedAgo, key, command, "");
  }

  private static String signed(
      String id, double issuedAgo, String key, String command, String members) {
    String body =
        "{"
            + members
            + "\"id\":\"%s\",\"issued_at\":%.3f,\"ttl\":10,\"sender\":\"ems\""
                .formatted(id, System.currentTimeMillis() / 1_000.0 - issuedAgo);
    try {
      String canonical =
          Envelope.canonical(
              CommandPayload.read(Buffer.buffer(body + "}"), LimitsPayload.KEYS),
              new Envelope.Addressee(ControlRig.SITE, "bms-1", command));
      return body + ",\"sig\":\"" + Envelope.signature(canonical, key) + "\"}";
    } catch (RefusedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSignedCommandIsTakenOnceAndInTime() throws Exception {
    String pause = signed("p-1", 0, ControlRig.KEY, "PAUSE");
    CommandResult taken = rig.send("PAUSE", pause);
    assertEquals(Status.ACCEPTED, taken.status(), taken::toString);
    assertEquals("p-1", taken.correlation());
    assertEquals("repeated-id", rig.send("PAUSE", pause).code());
    assertEquals("wrong-signature", rig.send("RESUME", pause).code());
    assertEquals("wrong-signature", rig.send("PAUSE", signed("p-2", 0, "guessed", "PAUSE")).code());
    assertEquals("stale", rig.send("PAUSE", signed("p-3", 11, ControlRig.KEY, "PAUSE")).code());
    assertEquals(
        "from-future", rig.send("PAUSE", signed("p-4", -6, ControlRig.KEY, "PAUSE")).code());
    assertEquals("unknown-sender", rig.send("PAUSE", pause.replace("\"ems\"", "\"eve\"")).code());
    JsonObject cut = new JsonObject(pause);
    cut.remove("ttl");
    assertEquals("no-envelope", rig.send("PAUSE", cut.encode()).code());

    restart(TIMER, Pace.USUAL); // and another process knows it, too
    assertEquals("repeated-id", rig.send("PAUSE", pause).code());
  }

  @Test
  void aSiteThatWantsSignedCommandsTakesNoOthers() throws Exception {
    Control usual = ControlRig.control(ControlRig.battery(TIMER, Pace.USUAL));
    rig.close();
    rig =
        new ControlRig(
            new Control(
                usual.batteries(), Control.OnUnknown.BASE, Map.of(), true, false, usual.senders()),
            state);
    rig.linkUp(3);
    rig.start();
    assertEquals("no-envelope", rig.send("SET_LIMITS", "{\"max_charge\":5}").code());
    assertEquals("malformed", rig.send("PAUSE", "").code());
    assertEquals(
        Status.ACCEPTED, rig.send("PAUSE", signed("q-1", 0, ControlRig.KEY, "PAUSE")).status());
  }
}
